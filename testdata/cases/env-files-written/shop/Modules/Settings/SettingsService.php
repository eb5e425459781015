<?php
function save(string $content): void
{
    $path = base_path('.env');
    file_put_contents($path, $content, LOCK_EX);
}
