<?php
const UPLOAD_DIRECTORY = '/../public/uploads/';
move_uploaded_file($_FILES['picture']['tmp_name'], dirname(__DIR__) . UPLOAD_DIRECTORY . $name);
