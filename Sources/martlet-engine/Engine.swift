import Zygote

@main
struct Engine {
    static func main() {
        EngineMain.run()
    }
}
