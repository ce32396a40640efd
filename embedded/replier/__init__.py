"""The replier: agents that are talked to over WebSocket, in the frames of maim_message 0.6.8."""
