import ShimCommand

@main
struct Shim {
    static func main() {
        ShimMain.run()
    }
}
