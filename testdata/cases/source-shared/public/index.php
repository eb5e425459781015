<?php
require "../src/upload.php";
