import MartletCommands

@main
struct Martlet {
    static func main() {
        MartletMain.run()
    }
}
