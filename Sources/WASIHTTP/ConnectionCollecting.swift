internal import NIOCore

/// Small bodies, which the guest is given whole. One that does not come at once is not waited for: the guest may do
/// without it.
extension ConnectionHandler {
    /// How long a body may take to come: so long, and again as long as so many bytes came meanwhile, but not for ever.
    private static let collecting = TimeAmount.milliseconds(10)
    private static let collectedMeanwhile = 32 << 10
    private static let mostCollections = 20
    /// How long a client may be kept from sending while there is no room: it is sooner served then than with a pipe
    /// beside as many others.
    private static let awaitingRoom = TimeAmount.seconds(2)

    func collect(_ length: Int, _ active: ActiveRequest, _ context: ChannelHandlerContext) {
        active.collected = CollectedBody()
        if let room = server.bodies.room(for: length) {
            active.room = room
            return
        }
        active.awaitsRoom = true
        let bound = NIOLoopBound((handler: self, active: active), eventLoop: context.eventLoop)
        active.collection = context.eventLoop.scheduleTask(in: Self.awaitingRoom) {
            let (handler, active) = bound.value
            handler.endCollecting(active, isFast: false)
        }
        server.bodies.awaitRoom(for: length) { room in
            let (handler, active) = bound.value
            handler.roomIsFree(room, active)
        }
    }

    private func roomIsFree(_ room: CollectedBodies.Room, _ active: ActiveRequest) {
        guard self.active === active, active.awaitsRoom, let context else { return }
        active.awaitsRoom = false
        active.collection?.cancel()
        active.room = room
        if active.requestHasEnded { return submitCollected(active) }
        goOnCollecting(active, context)
        resumeReading()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if let active, active.collected != nil, active.collection == nil { goOnCollecting(active, context) }
        context.fireChannelReadComplete()
    }

    private func goOnCollecting(_ active: ActiveRequest, _ context: ChannelHandlerContext) {
        active.collections += 1
        let wanted = active.bodyBytes + Self.collectedMeanwhile
        active.collection = context.eventLoop.scheduleTask(in: Self.collecting) {
            [loopBound = NIOLoopBound((handler: self, active: active), eventLoop: context.eventLoop)] in
            let (handler, active) = loopBound.value
            handler.endCollecting(active, isFast: active.bodyBytes >= wanted)
        }
    }

    /// The guest begins with what has come.
    private func endCollecting(_ active: ActiveRequest, isFast: Bool) {
        guard self.active === active, let begun = active.collected, let context else { return }
        if isFast, active.collections < Self.mostCollections { return goOnCollecting(active, context) }
        (active.collected, active.room, active.awaitsRoom) = (nil, nil, false)
        if begun.count > 0 {
            active.bodyWaiting = [begun.whole]
            active.bodyPending = begun.count
        }
        stream(active, context)
        if active.requestHasEnded { active.exchange?.endBody(.complete(active.requestTrailers)) }
        resumeReading()
    }

    /// The body has come whole, if it is one that is collected.
    func submitCollected(_ active: ActiveRequest) {
        guard !active.awaitsRoom, let body = active.collected, let context else { return }
        active.collected = nil
        active.collection?.cancel()
        active.bodyIsClosed = true
        guard submit(active, .collected(body), context) else { return refuse(503) }
        active.exchange?.endBody(.complete(active.requestTrailers))
    }
}
