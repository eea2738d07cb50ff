package redact

// How a word that names secrets is to be read: the arg of actKey words.
const (
	keyStrong uint16 = iota // "password": any value after it is one
	keyWeak                 // "key", "auth": only a value that looks random
	keyCode                 // "pin", "otp": a short row of digits
	keyLogin                // "login": a user name, then a password
	keyFlag                 // "-p", "--password": the next word
)

var (
	ruleAssigned = &rule{prio: prioSecret, Rule: Rule{
		ID: "secret-assigned", Version: 1, Type: TypeSecret,
		Description: "value given to a name that stands for a secret, in configuration, code, JSON, headers, URLs or a sentence",
		Source:      "CWE-798, OWASP Logging Cheat Sheet",
	}}
	ruleEntropy = &rule{prio: prioSecret - 2, Rule: Rule{
		ID: "secret-entropy", Version: 1, Type: TypeSecret,
		Description: "random-looking value given to a name that may stand for a key",
		Source:      "CWE-798",
	}}
	rulePIN = &rule{prio: prioContext + 8, Rule: Rule{
		ID: "secret-code", Version: 1, Type: TypeSecret,
		Description: "PIN or one-time code in a sentence or assignment",
		Source:      "NIST SP 800-63B",
	}}
	ruleLogin = &rule{prio: prioSecret, Rule: Rule{
		ID: "secret-login", Version: 1, Type: TypeSecret,
		Description: "password that follows a user name after a word for login or credentials",
		Source:      "CWE-798",
	}}
)

// secretWords are the names of secrets, in the languages of the data.
func secretWords() []keyword {
	var out []keyword
	add := func(kind uint16, flags kwFlags, words ...string) {
		for _, w := range words {
			out = append(out, keyword{word: w, act: actKey, arg: kind, flags: flags})
		}
	}
	add(keyStrong, kwSuffix, "password", "passwd", "passphrase", "passcode", "secret", "apikey", "api_key", "api-key", "secretkey",
		"token", "accesskey", "credential", "pwd", "privatekey", "passwort", "kennwort", "clientsecret", "authkey")
	add(keyStrong, 0, "passwords", "pass phrase", "pass word", "api key", "access key", "access_key", "access-key", "secret key",
		"secret_key", "private key", "private_key", "private-key", "account key", "account_key", "accountkey",
		"sharedaccesskey", "sharedaccesskeyname", "storage_key", "storage key", "master key", "master_key", "signing key", "signing_key",
		"encryption key", "encryption_key", "license key", "license_key", "app_key", "application_key", "auth_key", "consumer_key",
		"session_id", "sessionid", "sessid", "jsessionid", "phpsessid", "connect.sid", "csrftoken", "xsrf-token",
		"x-api-key", "x-auth-token", "deploy_key", "ssh_key", "host_key", "webhook_key", "hmac_key", "jwt_key", "service_key",
		"service key", "subscription-key", "subscription key", "ocp-apim-subscription-key", "functions key", "mot de passe", "mdp",
		"contraseña", "contrasena", "clave secreta", "clave de acceso", "clave", "senha", "palavra-passe", "palavra passe", "chave de api",
		"chave secreta", "chave api", "wachtwoord", "hasło", "haslo", "hasłem", "parola d'ordine", "parola", "lösenord", "adgangskode", "passord",
		"salasana", "heslo", "jelszó", "şifre", "geheimnis", "zugangscode", "schlüssel", "api-schlüssel", "clé api", "clé secrète",
		"clé d'api", "clef api", "jeton", "code d'accès", "codice di accesso", "chiave api", "chiave segreta", "clave api", "clave de api",
		"bearer_token", "pat token", "recovery code", "backup code", "seed phrase", "recovery phrase", "mnemonic", "x-amz-signature",
		"x-goog-signature", "client_secret", "client-secret", "client secret", "database_password", "root_password", "pw", "passwordhash")
	add(keyStrong, kwLoose, "пароль", "ключ api", "密码", "密碼", "口令", "パスワード", "暗証番号", "पासवर्ड", "비밀번호", "كلمة المرور",
		"كلمة السر", "סיסמה", "รหัสผ่าน", "密钥", "密鑰", "apiキー", "トークン")
	add(keyWeak, 0, "key", "auth", "pass", "creds", "signature", "sig", "salt", "nonce", "cookie", "session", "sid", "pat", "dsn", "hmac",
		"authorization", "cred", "webhook", "api", "sas", "cert", "csrf", "xsrf", "otp secret", "totp", "license", "access",
		"secrets", "identity token")
	add(keyCode, 0, "pin", "pins", "otp", "tan", "mtan", "one-time code", "one time code", "one-time password", "verification code",
		"security code is", "2fa code", "mfa code", "login code", "access code", "your code", "auth code", "confirmation code",
		"authentication code", "sms code", "door code", "gate code", "alarm code", "entry code", "unlock code", "lock code", "code is",
		"pin code", "pin-code", "pincode", "geheimzahl", "bestätigungscode", "einmalcode", "sicherheitscode", "freischaltcode", "ihr code",
		"code pin", "votre code", "code de vérification", "code secret", "código de verificación", "tu código", "su código", "código pin",
		"código de verificação", "seu código", "codice di verifica", "tuo codice", "codice pin", "codice otp", "verificatiecode", "pincode",
		"kod weryfikacyjny", "kod pin")
	add(keyCode, kwLoose, "验证码", "驗證碼", "認証コード", "確認コード", "ओटीपी", "पिन", "код подтверждения", "пин-код", "인증번호")
	add(keyLogin, 0, "login", "logins", "log in", "credentials", "creds", "log in with", "sign in with", "zugangsdaten", "anmeldedaten", "identifiants",
		"credenciales", "credenciais", "credenziali", "inloggegevens", "dane logowania", "user/pass", "user/password", "username/password",
		"accesso", "acceso", "logindaten", "einloggen", "connexion")
	add(keyFlag, 0, "--password", "--passwd", "--token", "--api-key", "--secret", "--pass", "--auth-token", "--access-token", "-password")
	out = append(out,
		keyword{word: "://", act: actScheme, flags: kwLoose},
		keyword{word: "-----begin", act: actArmour, flags: kwLoose},
		keyword{word: "---- begin", act: actArmour, flags: kwLoose},
		keyword{word: "putty-user-key-file", act: actArmour, flags: kwLoose},
		keyword{word: "bearer", act: actAuth},
		keyword{word: "basic", act: actAuth},
		keyword{word: "eyj", act: actJWT, flags: kwLoose},
		keyword{word: "curl", act: actCurl},
	)
	return out
}

// maxName bounds the name around a word for secrets, in bytes on either side.
const maxName = 48

// maxTries bounds how many names of secrets are read within one token, as in key=key=key=v.
const maxTries = 8

// key reads what follows a name of a secret.
func (sc *scanner) key(h hit, k *keyword) {
	s := sc.s
	if int(h.start) < sc.keyed {
		return // inside a value that was read already
	}
	if int(h.start) >= sc.tokenTo {
		sc.tries = 0
	}
	if sc.tries++; sc.tries > maxTries {
		return
	}
	nameEnd := int(h.end)
	for nameEnd < len(s) && nameEnd-int(h.end) < maxName && (isWordByte(s[nameEnd]) || s[nameEnd] == '-' && isAlnum(at(s, nameEnd+1))) {
		nameEnd++
	}
	nameStart := int(h.start)
	for nameStart > 0 && int(h.start)-nameStart < maxName && (isWordByte(s[nameStart-1]) || s[nameStart-1] == '-' || s[nameStart-1] == '.') {
		nameStart--
	}
	if harmlessName(s[nameStart:int(h.start)], s[int(h.end):nameEnd]) {
		return
	}
	switch k.arg {
	case keyCode:
		sc.codeAfter(nameEnd, k)
	case keyLogin:
		sc.loginAfter(nameEnd, k)
	case keyFlag:
		sc.valueAfter(nameEnd, keyStrong, k, true)
	default:
		sc.valueAfter(nameEnd, k.arg, k, s[nameStart] == '-' && at(s, nameStart+1) == '-')
	}
}

// harmlessTails are what the rest of a name says when its value is no secret.
var harmlessTails = []string{
	"count", "type", "length", "len", "limit", "policy", "reset", "hint", "name", "url", "uri", "path", "file", "filename", "dir",
	"expir", "ttl", "usage", "used", "_at", "age", "size", "index", "idx", "izer", "ize", "s_in", "endpoint", "field", "label", "column",
	"manager", "store", "required", "enabled", "valid", "version", "format", "prefix", "suffix", "protected", "less", "rotation",
	"_id", "-id", "ids", "arn", "ref", "class", "input", "encoder", "error", "changed", "strength", "min", "max", "number", "ring",
	"time", "date", "status", "word_count", "budget", "issuer", "algorithm", "alg", "provider", "param",
}

// harmlessHeads are what the start of a name says when its value is no secret.
var harmlessHeads = []string{
	"max_", "min_", "num_", "total_", "prompt_", "completion_", "public_", "public-", "max", "public", "primary_", "foreign_", "n_",
	"pad_", "eos_", "bos_", "unk_", "sep_", "stop_", "prompt", "completion", "cached_", "input_", "output_", "reasoning_", "primary",
	"foreign", "sort_", "partition_", "cache_", "hot", "shortcut_", "object_", "idempotency_", "idempotency-",
}

func harmlessName(head, tail string) bool {
	for _, t := range harmlessTails {
		rest := tail
		for rest != "" && (rest[0] == '_' || rest[0] == '-') && t[0] != '_' && t[0] != '-' {
			rest = rest[1:]
		}
		if len(rest) >= len(t) && equalFold(rest[:len(t)], t) {
			return true
		}
	}
	for _, p := range harmlessHeads {
		if len(head) >= len(p) && equalFold(head[:len(p)], p) {
			return true
		}
	}
	return false
}

func equalFold(a, lowerB string) bool {
	if len(a) != len(lowerB) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lowerB[i] {
			return false
		}
	}
	return true
}
