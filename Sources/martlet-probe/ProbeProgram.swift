import HTTPHost
import Probe

@main
struct ProbeProgram {
    static func main() {
        ProbeMain.run(HTTPService())
    }
}
