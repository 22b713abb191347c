import Testing

@testable import Composition

struct InterfaceNameTests {
    @Test(
        arguments: [
            ("a:b/c@1.2.0", "a:b/c@1.0.3", true), ("a:b/c@1.0.0", "a:b/c@1.2.0", false),
            ("a:b/c@2.0.0", "a:b/c@1.0.0", false), ("a:b/c@0.2.3", "a:b/c@0.2.0", true),
            ("a:b/c@0.3.0", "a:b/c@0.2.0", false), ("a:b/c@0.0.2", "a:b/c@0.0.1", false),
            ("a:b/c", "a:b/c", true), ("a:b/c@1.0.0", "a:b/c", false), ("a:b/c@1.0.0-rc", "a:b/c@1.0.0-rc", true),
            ("a:b/c@1.1.0-rc", "a:b/c@1.0.0", false), ("a:b/d@1.0.0", "a:b/c@1.0.0", false),
        ])
    func aLaterVersionOfTheSameTrackWillDo(offered: String, wanted: String, satisfies: Bool) {
        #expect(InterfaceName(offered).satisfies(InterfaceName(wanted)) == satisfies)
    }
}
