/*
 * ssh_config: gets OpenSSH's configuration for a host, as OpenSSH itself reads it.
 *
 * `ssh -G HOST` prints the settings for a host, and `ssh -G -F none HOST` the defaults. Differences
 * are the user's settings; one that libssh2 does not support selects the ssh program. Each call
 * takes some 5 ms.
 */
#include "transport/line/ssh_config.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/program.h"
#include "transport/line/known_hosts.h"

#define USUAL_PORT 22u
#define FILES_MAX 64u
#define KEY_FILE_MAX (64u << 10)

/* Settings that may differ without being the ssh program's business alone: those that are
 * obeyed here too, and those that mean nothing for a line without a terminal. */
static const char *const harmless[] = {
	"host",
	"user",
	"hostname",
	"port",
	"identityfile",
	"userknownhostsfile",
	"globalknownhostsfile",
	"sendenv",
	"hashknownhosts",
	"gssapiauthentication",
	"gssapidelegatecredentials",
	"gssapitrustdns",
	"gssapirenewalforcesrekey",
	"gssapikeyexchange",
	"gssapikexalgorithms",
	"loglevel",
	"logverbose",
	"visualhostkey",
	"serveraliveinterval",
	"serveralivecountmax",
	"tcpkeepalive",
	"connecttimeout",
	"connectionattempts",
	"compression",
	"checkhostip",
	"forwardagent",
	"forwardx11",
	"forwardx11trusted",
	"forwardx11timeout",
	"xauthlocation",
	"updatehostkeys",
	"requesttty",
	"escapechar",
	"enableescapecommandline",
	"ipqos",
	"numberofpasswordprompts",
	"batchmode",
	"fingerprinthash",
	"exitonforwardfailure",
	"localforward",
	"remoteforward",
	"dynamicforward",
	"permitlocalcommand",
	"tunnel",
	"rekeylimit",
};

static bool is_harmless(const char *line, size_t len)
{
	return vv_array_find(harmless, sizeof(harmless) / sizeof(harmless[0]), word,
			     strlen(*word) == len && memcmp(*word, line, len) == 0) != NULL;
}

typedef struct user_entry {
	struct passwd entry;
	char text[4096];
} user_entry;

/* The system's entry for the effective user. */
static bool find_user(user_entry *out)
{
	struct passwd *found = NULL;

	return getpwuid_r(geteuid(), &out->entry, out->text, sizeof(out->text), &found) == 0 &&
	       found;
}

/* The home folder: HOME, or the one in the user's system entry; NULL: none. */
static vv_status find_home(char **out, const vv_env *env, vv_error *err)
{
	const char *home = vv_env_get(env, "HOME");
	user_entry who;

	if (!vv_path_is_absolute(home)) {
		home = find_user(&who) ? who.entry.pw_dir : NULL;
	}
	if (home && !(*out = vv_strdup(home))) return vv_fail_nomem(err);
	return VV_OK;
}

/* --- what ssh prints -------------------------------------------------------------------- */

static vv_status ask_ssh(vv_buf *out, const vv_env *env, const vv_url *url, bool plain,
			 int *exit_code, vv_error *err)
{
	/* The shell only sends ssh's complaints away: the run that is to work makes them again. */
	const char *argv[16] = {"/bin/sh", "-c", "exec \"$@\" 2>/dev/null", "sh", "ssh", "-G"};
	size_t n = 6;
	char port[16];

	(void)snprintf(port, sizeof(port), "%u", url->port);
	vv_words_add(argv, &n, plain ? "-F" : NULL, "none");
	vv_words_add(argv, &n, url->port > 0 ? "-p" : NULL, port);
	vv_auto(char) *target = vv_asprintf("%s%s%s", url->user ? url->user : "",
					    url->user ? "@" : "", url->host);
	vv_words_add(argv, &n, "--", target);
	vv_status rc = vv_alloc_ok(target, err);
	return rc < 0 ? rc : vv_program_run(env, argv, NULL, 0, out, exit_code, err);
}

static bool has_line(const char *text, const char *line, size_t len)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n == len && memcmp(text, line, len) == 0) return true;
		text += n + (text[n] ? 1 : 0);
	}
	return false;
}

/* The name of the first setting in `a` that is not so in `b` and not harmless; 0: none. */
static size_t find_special(const char *a, const char *b, const char **name)
{
	while (*a) {
		size_t n = strcspn(a, "\n"), word = strcspn(a, " \n");

		if (word > 0 && !is_harmless(a, word) && !has_line(b, a, n)) {
			*name = a;
			return word;
		}
		a += n + (a[n] ? 1 : 0);
	}
	return 0;
}

/* --- taking it over ----------------------------------------------------------------------- */

static vv_status set_text(char **to, const char *text, size_t len, vv_error *err)
{
	vv_free(*to);
	*to = vv_strndup(text, len);
	return *to ? VV_OK : vv_fail_nomem(err);
}

/* "~/x" and "%d/x" are the home folder's. */
static char *expand_home(const char *text, size_t len, const char *home)
{
	vv_buf b = VV_BUF_INIT;

	if (len > 1 && (memcmp(text, "~/", 2) == 0 || memcmp(text, "%d", 2) == 0)) {
		size_t skip = text[0] == '~' ? 1 : 2;

		vv_buf_puts(&b, home ? home : "");
		text += skip;
		len -= skip;
	}
	vv_buf_put(&b, text, len);
	return vv_buf_detach(&b);
}

static vv_status add_file(vv_ssh_config *c, const char *text, size_t len, const char *home,
			  vv_error *err)
{
	vv_auto(char) *path = expand_home(text, len, home);

	if (path && (c->file_count >= FILES_MAX || access(path, R_OK) != 0)) return VV_OK;
	return path && vv_array_add(c->files, c->file_count, c->file_cap, vv_take(&path))
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* Up to two names, into c->known_hosts from `at` on. A file is ssh's `known_hosts` of the home
 * folder that the system has for the user; HOME decides here, as everywhere in varve. */
static vv_status set_known_hosts(vv_ssh_config *c, size_t at, const char *text, size_t len,
				 const char *home, vv_error *err)
{
	const char *end = text + len;

	for (size_t i = 0; i < 2 && text < end; i++) {
		size_t n = strcspn(text, " \n");

		vv_free(c->known_hosts[at + i]);
		c->known_hosts[at + i] = expand_home(text, n, home);
		if (!c->known_hosts[at + i]) return vv_fail_nomem(err);
		text += n;
		text += text < end ? strspn(text, " ") : 0;
	}
	return VV_OK;
}

static vv_status take_line(vv_ssh_config *c, const char *line, size_t len, const char *home,
			   bool same, vv_error *err)
{
	size_t word = 0;
	uint64_t port;

	while (word < len && line[word] != ' ') {
		word++;
	}
	const char *value = line + word + 1;
	size_t n = word < len ? len - word - 1 : 0;
	if (n == 0) return VV_OK;
	if (word == 8 && memcmp(line, "hostname", 8) == 0) return set_text(&c->host, value, n, err);
	if (word == 4 && memcmp(line, "user", 4) == 0) return set_text(&c->user, value, n, err);
	if (word == 4 && memcmp(line, "port", 4) == 0 && vv_parse_u64(&port, value, n) &&
	    port > 0 && port < 65536) {
		c->port = (unsigned)port;
	} else if (word == 12 && memcmp(line, "identityfile", 12) == 0) {
		return add_file(c, value, n, home, err);
	} else if (word == 18 && memcmp(line, "userknownhostsfile", 18) == 0 && !same) {
		return set_known_hosts(c, 0, value, n, home, err);
	} else if (word == 20 && memcmp(line, "globalknownhostsfile", 20) == 0) {
		return set_known_hosts(c, 2, value, n, home, err);
	}
	return VV_OK;
}

static vv_status take_answers(vv_ssh_config *c, const char *text, const char *plain,
			      const char *home, vv_error *err)
{
	const char *name, *line = text;
	size_t len = find_special(text, plain, &name);
	vv_status rc;

	if (len == 0) {
		len = find_special(plain, text, &name);
	}
	if (len > 0 && (rc = set_text(&c->special, name, len, err)) < 0) return rc;
	while (*line) {
		size_t n = strcspn(line, "\n");

		if ((rc = take_line(c, line, n, home, has_line(plain, line, n), err)) < 0) {
			return rc;
		}
		line += n + (line[n] ? 1 : 0);
	}
	return VV_OK;
}

/* --- defaults without configuration -------------------------------------------------------- */

static vv_status set_defaults(vv_ssh_config *c, const vv_url *url, const vv_env *env,
			      const char *home, vv_error *err)
{
	static const char *const known[] = {"~/.ssh/known_hosts", "~/.ssh/known_hosts2",
					    "/etc/ssh/ssh_known_hosts",
					    "/etc/ssh/ssh_known_hosts2"};
	user_entry who;
	const char *user;

	if (url->user) {
		user = url->user;
	} else if (find_user(&who)) {
		user = who.entry.pw_name;
	} else {
		user = vv_env_get(env, "USER");
	}

	c->host = vv_strdup(url->host);
	c->user = vv_strdup(user ? user : "");
	c->port = url->port > 0 ? url->port : USUAL_PORT;
	for (size_t i = 0; i < VV_SSH_KNOWN_HOSTS; i++) {
		if (!(c->known_hosts[i] = expand_home(known[i], strlen(known[i]), home))) {
			return vv_fail_nomem(err);
		}
	}
	return c->host && c->user ? VV_OK : vv_fail_nomem(err);
}

static vv_status add_usual_files(vv_ssh_config *c, const char *home, vv_error *err)
{
	static const char *const usual[] = {"~/.ssh/id_ed25519", "~/.ssh/id_ecdsa",
					    "~/.ssh/id_rsa"};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if ((rc = add_file(c, usual[i], strlen(usual[i]), home, err)) < 0) return rc;
	}
	return rc;
}

vv_status vv_ssh_config_read(vv_ssh_config *out, const vv_url *url, const vv_env *env,
			     bool have_program, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT, plain = VV_BUF_INIT;
	vv_auto(char) *home = NULL;
	int code = 0, plain_code = 0;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = find_home(&home, env, err)) < 0 ||
	    (rc = set_defaults(out, url, env, home, err)) < 0 ||
	    (have_program && ((rc = ask_ssh(&text, env, url, false, &code, err)) < 0 ||
			      (rc = ask_ssh(&plain, env, url, true, &plain_code, err)) < 0))) {
		return rc;
	}
	if (have_program) {
		rc = code != 0 || plain_code != 0
			     ? set_text(&out->special, "a damaged configuration", 23, err)
			     : take_answers(out, vv_buf_cstr(&text), vv_buf_cstr(&plain), home,
					    err);
	}
	return rc < 0 || out->file_count > 0 ? rc : add_usual_files(out, home, err);
}

void vv_ssh_config_clear(vv_ssh_config *c)
{
	vv_array_clear(c->files, c->file_count, file, vv_free(*file));
	for (size_t i = 0; i < VV_SSH_KNOWN_HOSTS; i++) {
		vv_free(c->known_hosts[i]);
	}
	vv_free_all(c->host, c->user, c->special);
	memset(c, 0, sizeof(*c));
}

/* --- private keys ---------------------------------------------------------------------------- */

/* OpenSSH's own format has the public half in the clear (PROTOCOL.key); PEM names at least the kind
 * of key. */

bool vv_ssh_key_usable(const char *type, size_t len)
{
	static const char *const types[] = {"", "ssh-ed25519", "ecdsa-sha2-nistp256",
					    "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"};

	return vv_array_find(types, sizeof(types) / sizeof(types[0]), known,
			     strlen(*known) == len && memcmp(*known, type, len) == 0) != NULL;
}

typedef struct bytes {
	const unsigned char *p;
	size_t len;
} bytes;

/* The next string of SSH's: four bytes of length, big-endian, then the bytes. */
static bool take_string(bytes *in, bytes *out)
{
	if (in->len < 4) return false;
	size_t n = vv_get_be32(in->p);
	if (n > in->len - 4) return false;
	out->p = in->p + 4;
	out->len = n;
	in->p += 4 + n;
	in->len -= 4 + n;
	return true;
}

static bool read_openssh(vv_ssh_key *out, const vv_buf *raw)
{
	static const char magic[] = "openssh-key-v1"; /* with its NUL */
	bytes in = {(const unsigned char *)vv_buf_cstr(raw), raw->len}, cipher, part, key;
	const char *type;
	size_t len;

	if (in.len < sizeof(magic) + 4 || memcmp(in.p, magic, sizeof(magic)) != 0) return false;
	in.p += sizeof(magic);
	in.len -= sizeof(magic);
	if (!take_string(&in, &cipher) || !take_string(&in, &part) || !take_string(&in, &part) ||
	    in.len < 4) {
		return false;
	}
	in.p += 4; /* how many keys: always one */
	in.len -= 4;
	if (!take_string(&in, &key) || !(type = vv_host_key_type(key.p, key.len, &len)) ||
	    len >= sizeof(out->type)) {
		return false;
	}
	memcpy(out->type, type, len);
	out->type[len] = '\0';
	out->encrypted = !(cipher.len == 4 && memcmp(cipher.p, "none", 4) == 0);
	return true;
}

/* The base64 between the two lines, without its line ends. */
static bool read_armour(vv_ssh_key *out, const char *text)
{
	const char *end = strstr(text, "-----END");
	vv_auto(vv_secret_buf) joined = VV_BUF_INIT, raw = VV_BUF_INIT;

	for (; end && text < end; text++) {
		if (*text != '\n' && *text != '\r') {
			vv_buf_putc(&joined, *text);
		}
	}
	return end && vv_base64_read(&raw, vv_buf_cstr(&joined), joined.len) && !raw.failed &&
	       read_openssh(out, &raw);
}

bool vv_ssh_key_look(vv_ssh_key *out, const char *path)
{
	static const char openssh[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
	vv_auto(vv_secret_buf) text = VV_BUF_INIT;

	memset(out, 0, sizeof(*out));
	if (vv_read_file(&text, path, KEY_FILE_MAX, VV_IGNORED) < 0 ||
	    strlen(vv_buf_cstr(&text)) != text.len) {
		return false;
	}
	const char *start = vv_buf_cstr(&text);
	out->encrypted = strstr(start, "ENCRYPTED") != NULL;
	if (strncmp(start, openssh, sizeof(openssh) - 1) == 0) {
		return read_armour(out, start + sizeof(openssh) - 1);
	}
	const char *type = "";

	if (strstr(start, "-----BEGIN RSA PRIVATE KEY-----")) {
		type = "ssh-rsa";
	} else if (strstr(start, "-----BEGIN DSA PRIVATE KEY-----")) {
		type = "ssh-dss";
	}
	(void)snprintf(out->type, sizeof(out->type), "%s", type);
	return *type || strstr(start, "PRIVATE KEY-----") != NULL;
}
