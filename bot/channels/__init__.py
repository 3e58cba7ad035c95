"""Channels: one module each, turning a wire format into a `Turn` and a `Reply` into a wire format.

A channel needs two things of the gateway: `Conversations.take(turn)` for what the customer says, and `Hub.listen(callback)` for
what is pushed later (agents, repair progress, late answers). The web page's channel is the gateway's own WebSocket
(`bot.gateway.routes.ws`); WeChat, WeCom, voice and the hotline get their modules here.
"""
