import NIOCore
import NIOEmbedded
import Testing

@testable import WASIHTTP

/// Times are far in the past or in the future: nothing waits for them.
struct AlarmTests {
    private final class Count {
        var rings = 0
    }

    private let eventLoop = EmbeddedEventLoop()
    private let count = Count()

    private func alarm() -> Alarm {
        let count = count
        return Alarm(eventLoop: eventLoop) { count.rings += 1 }
    }

    @Test func anAlarmRingsOnceAtItsTime() {
        let alarm = alarm()
        alarm.set(at: eventLoop.now + .seconds(1))
        eventLoop.advanceTime(by: .milliseconds(999))
        #expect(count.rings == 0)
        eventLoop.advanceTime(by: .seconds(10))
        #expect(count.rings == 1)
    }

    @Test func anAlarmThatIsSetAnewForgetsItsTime() {
        let alarm = alarm()
        alarm.set(at: eventLoop.now + .seconds(1))
        alarm.set(at: eventLoop.now + .seconds(3))
        eventLoop.advanceTime(by: .seconds(2))
        #expect(count.rings == 0)
        alarm.set(at: eventLoop.now + .milliseconds(500))
        eventLoop.advanceTime(by: .milliseconds(500))
        #expect(count.rings == 1)
        eventLoop.advanceTime(by: .seconds(10))
        #expect(count.rings == 1)
    }

    @Test func aSilencedAlarmMayBeSetAgain() {
        let alarm = alarm()
        alarm.set(at: eventLoop.now + .seconds(1))
        alarm.silence()
        eventLoop.advanceTime(by: .seconds(2))
        #expect(count.rings == 0)
        alarm.set(at: eventLoop.now + .seconds(1))
        eventLoop.advanceTime(by: .seconds(1))
        #expect(count.rings == 1)
    }

    @Test func anAlarmThatHasEndedIsNotKept() {
        weak var weak: Alarm?
        do {
            let alarm = alarm()
            alarm.set(at: eventLoop.now + .hours(1))
            weak = alarm
            alarm.end()
        }
        #expect(weak == nil)
    }
}
