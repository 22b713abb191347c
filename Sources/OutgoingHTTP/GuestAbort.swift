/// What comes before the end of a guest's stream that is broken off.
struct GuestAbort: Sendable {}
