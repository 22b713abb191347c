internal import ShimBench

@main
struct Main {
    static func main() {
        ShimBenchCommand.run()
    }
}
