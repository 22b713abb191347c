final class ResponseOutparam {
    init() {}
}
