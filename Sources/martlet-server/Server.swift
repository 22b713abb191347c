import HTTPHost
import Zygote

@main
struct Server {
    static func main() {
        EngineMain.runServer(HTTPService())
    }
}
