require("left")
