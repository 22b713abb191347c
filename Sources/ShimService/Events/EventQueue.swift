/// Events that wait to be sent, in order. Pure; bounded, so that a containerd that stays away costs no more memory.
struct EventQueue<Event> {
    let capacity: Int
    private var events: [Event] = []
    /// How many had to go because the queue was full, since this was last asked.
    private var dropped = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    var isEmpty: Bool { events.isEmpty }

    /// Adds an event; the oldest goes when there is no room: the newest tell what is now.
    mutating func append(_ event: Event) {
        if events.count == capacity {
            events.removeFirst()
            dropped += 1
        }
        events.append(event)
    }

    mutating func takeFirst() -> Event? {
        events.isEmpty ? nil : events.removeFirst()
    }

    mutating func takeDropped() -> Int {
        defer { dropped = 0 }
        return dropped
    }
}
