internal import ShimBench

@main
struct Main {
    static func main() async {
        await ShimBenchCommand.run()
    }
}
