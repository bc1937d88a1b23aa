"""The scenes of the wall screen: few things each, large enough for the back of the room."""
