#!/probe
