package envfile

import "testing"

func TestIsWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"<?php File::put(base_path('.env'), $content, true);":                                                                         true,
		"<?php\n$envPath = base_path('.env');\nfile_put_contents($envPath, $block, FILE_APPEND | LOCK_EX);":                           true,
		"<?php\nprivate function path(): string\n{\n    return base_path('.env');\n}\nFile::put($this->path(), $lines);":              true,
		"<?php file_put_contents(app()->environmentFilePath(), str_replace($a, $b, $c));":                                             true,
		"<?php Artisan::call('key:generate', ['--force' => true]);":                                                                   true,
		"from dotenv import set_key\nset_key('.env', 'TOKEN', token)":                                                                 true,
		"from dotenv import find_dotenv, set_key\npath = find_dotenv()\nset_key(path, 'TOKEN', token)":                                true,
		"with open('.env', 'a') as f:\n    f.write(line)":                                                                             true,
		"ENV_PATH = Path(__file__).parent / '.env'\nENV_PATH.write_text(text)":                                                        true,
		"ENV = os.path.join(ROOT, '.env')\nwith open(ENV, \"w\") as f: pass":                                                          true,
		"const envPath = path.join(__dirname, '..', '.env');\nfs.writeFileSync(envPath, text);":                                       true,
		"await fs.promises.writeFile('.env', text)":                                                                                   true,
		"import { appendFile } from 'fs/promises';\nclass A { envFile = '/app/.env'; save() { return appendFile(this.envFile, x) } }": true,
		"godotenv.Write(values, \"./.env\")":                                                                                          true,
		"<?php Dotenv::createImmutable(base_path('.env'))->load();\nfile_put_contents($log, $line);":                                  false,
		"require('dotenv').config({ path: path.join(__dirname, '.env') });\nfs.writeFileSync(out, text);":                             false,
		"load_dotenv('.env')\nwith open('out.txt', 'w') as f: pass":                                                                   false,
		"const config = path.join(__dirname, '.env');\nfs.writeFileSync(path.join(__dirname, 'out.txt'), text);":                      false,
		"<?php define('ENV_FILE', __DIR__ . '/.env');\nfile_put_contents(ENV_FILE, $text);":                                           true,
		"def env_path():\n    return ROOT / '.env'\n\nenv_path().write_text(text)":                                                    true,
		"env = open('.env').read()":                             false,
		"with open(os.path.join(ROOT, '.env'), 'r') as f: pass": false,
		"const env = fs.readFileSync('.env', 'utf8')":           false,
	} {
		if got := IsWritten(text); got != want {
			t.Errorf("IsWritten(%q) = %v, want %v", text, got, want)
		}
	}
}
