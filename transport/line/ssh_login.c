/*
 * ssh_login: whose host keys are believed, which of the user's keys are offered, and when sshd
 * hangs up.
 */
#include "transport/line/ssh_login.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/line/known_hosts.h"
#include "transport/line/pipe.h"
#include "transport/line/tcp.h"

#define REFUSED_MAX 3u /* keys over one connection */
#define CONNECTIONS_MAX 5u
#define PASSPHRASES_MAX 3u
#define ANSWER_MAX 1024u
#define GOODBYE_MS 2000

/* --- the host's key -------------------------------------------------------------------------- */

static const char *const known_types[] = {"ssh-ed25519", "ecdsa-sha2-nistp256",
					  "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"};
#define KNOWN_TYPES (sizeof(known_types) / sizeof(known_types[0]))

static vv_status read_known(vv_known_hosts **out, const vv_ssh_login *s, vv_error *err)
{
	vv_auto(vv_known_hosts) *k = vv_known_hosts_new(s->config->host, s->config->port);
	vv_status rc = k ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < VV_SSH_KNOWN_HOSTS; i++) {
		if (s->config->known_hosts[i]) {
			rc = vv_known_hosts_file(k, s->config->known_hosts[i], err);
		}
	}
	*out = rc < 0 ? NULL : vv_take(&k);
	return rc;
}

/* Only a key of a known type can be compared, so only such types are requested. */
static vv_status host_types(char **types, vv_ssh_login *s, vv_error *err)
{
	vv_auto(vv_known_hosts) *k = NULL;
	vv_auto(vv_buf) known = VV_BUF_INIT, all = VV_BUF_INIT;
	vv_status rc = read_known(&k, s, err);

	if (rc < 0) return rc;
	for (size_t i = 0; i < KNOWN_TYPES; i++) {
		vv_buf_printf(&all, "%s%s", i > 0 ? "," : "", known_types[i]);
		if (vv_known_hosts_has(k, known_types[i])) {
			vv_buf_printf(&known, "%s%s", known.len > 0 ? "," : "", known_types[i]);
		}
	}
	if (vv_known_hosts_has_authority(k) || (known.len == 0 && vv_known_hosts_has(k, NULL))) {
		s->other = true;
		rc = vv_fail(
			err, VV_ENOSUPPORT,
			"the entry of '%s' in known_hosts (an RSA key or a certificate "
			"authority) cannot be checked by libssh2\n"
			"replace the entry with the host's ed25519 key, or, for ssh URLs, use the "
			"ssh program (varve.ssh=external)",
			vv_text_shows(s->config->host));
	} else if ((rc = vv_buf_ok(&known, err)) == VV_OK && (rc = vv_buf_ok(&all, err)) == VV_OK) {
		*types = vv_buf_detach(known.len > 0 ? &known : &all);
		rc = vv_alloc_ok(*types, err);
	}
	return rc;
}

/* "ED25519" for "ssh-ed25519", as ssh calls it. */
static const char *short_type(const char *type, size_t len)
{
	if (len == 11 && memcmp(type, "ssh-ed25519", 11) == 0) return "ED25519";
	return len > 6 && memcmp(type, "ecdsa-", 6) == 0 ? "ECDSA" : "RSA";
}

/* --- an unknown host -------------------------------------------------------------------- */

static vv_status remember_host(const vv_ssh_login *s, const vv_known_hosts *k, const void *key,
			       size_t len, vv_error *err)
{
	const char *path = s->config->known_hosts[0];
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_auto(char) *dir = vv_path_dir(path);
	vv_status rc = dir ? VV_OK : vv_fail_nomem(err);
	int fd = -1;

	if (rc == VV_OK && !vv_exists(dir) && (rc = vv_mkdirs(dir, err)) == VV_OK) {
		(void)chmod(dir, 0700);
	}
	if (rc == VV_OK && (rc = vv_known_hosts_line(&line, k, key, len, err)) == VV_OK) {
		fd = vv_open(path, O_WRONLY | O_CREAT | O_APPEND, 0600, err);
		rc = fd < 0 ? (vv_status)fd : vv_write_full(fd, line.data, line.len, path, err);
	}
	if (fd >= 0) {
		rc = vv_close_after(rc, fd, path, err);
	}
	return rc;
}

static vv_status ask_whether(const vv_ssh_login *s, const char *type, const char *fingerprint,
			     bool *yes, vv_error *err)
{
	vv_auto(vv_buf) prompt = VV_BUF_INIT, answer = VV_BUF_INIT;
	vv_status rc;

	*yes = false;
	vv_buf_printf(&prompt,
		      "The host '%s' is not known; its %s key has the fingerprint %s. Connect, and "
		      "remember it (yes/no)? ",
		      s->config->host, type, fingerprint);
	if ((rc = vv_buf_ok(&prompt, err)) == VV_OK) {
		rc = s->options->ask(s->options->payload, prompt.data, true, &answer, err);
		rc = rc == VV_EREFUSED ? VV_OK : rc; /* no user to ask: counts as "no" */
	}
	if (rc == VV_OK) {
		const char *text = vv_buf_cstr(&answer);

		*yes = strcmp(text, "yes") == 0 || strcmp(text, "yes\n") == 0 ||
		       strcmp(text, fingerprint) == 0;
	}
	return rc;
}

static vv_status meet_unknown(const vv_ssh_login *s, const vv_known_hosts *k, const void *key,
			      size_t len, const char *type, const char *fingerprint, vv_error *err)
{
	const vv_ssh_config *c = s->config;
	bool yes = false;
	vv_status rc = VV_OK;

	if (s->options->ask) {
		rc = ask_whether(s, type, fingerprint, &yes, err);
	}
	if (rc < 0 || yes) return rc < 0 ? rc : remember_host(s, k, key, len, err);
	return vv_fail(
		err, VV_EREFUSED,
		"the host '%s' is not known; its %s key has the fingerprint %s\nif the host's "
		"owner confirms this fingerprint: ssh-keyscan -p %u -t %s %s >> %s",
		vv_text_shows(c->host), type, fingerprint, c->port,
		type[0] == 'E' && type[1] == 'D' ? "ed25519" : "ecdsa", vv_text_shows(c->host),
		c->known_hosts[0]);
}

/* --- the check --------------------------------------------------------------------------------- */

static vv_status refuse_host(const vv_ssh_login *s, const vv_known_hosts *k, vv_known known,
			     const char *fingerprint, const char *file, unsigned line,
			     vv_error *err)
{
	const char *host = vv_text_shows(s->config->host);

	if (known == VV_KNOWN_REVOKED) {
		return vv_fail(err, VV_EREFUSED,
			       "the host key of '%s' (%s) is marked as revoked in %s, line %u\nask "
			       "the host's owner: another machine may use this host's name",
			       host, fingerprint, file, line);
	}
	return vv_fail(
		err, VV_EREFUSED,
		"the host key of '%s' has changed: its fingerprint is %s, and %s, line %u, has "
		"another key\nanother machine may intercept the connection; only if the change was "
		"announced to you: ssh-keygen -R '%s' -f %s",
		host, fingerprint, file, line, vv_known_hosts_name(k), file);
}

static vv_status check_host(vv_ssh_login *s, vv_error *err)
{
	size_t len = 0, type_len = 0;
	int ignored;
	const char *key = libssh2_session_hostkey(s->session, &len, &ignored);
	const char *type = key ? vv_host_key_type(key, len, &type_len) : NULL, *file;
	vv_auto(vv_buf) fingerprint = VV_BUF_INIT;
	vv_auto(vv_known_hosts) *k = NULL;
	unsigned line;
	vv_status rc;

	if (!type) {
		return vv_fail(err, VV_EREFUSED, "'%s' sent a host key that cannot be read",
			       vv_text_shows(s->config->host));
	}
	if ((rc = read_known(&k, s, err)) < 0 ||
	    (rc = vv_host_key_fingerprint(&fingerprint, key, len, err)) < 0) {
		return rc;
	}
	vv_known known = vv_known_hosts_check(k, key, len, &file, &line);
	if (known == VV_KNOWN_NOT) {
		rc = meet_unknown(s, k, key, len, short_type(type, type_len), fingerprint.data,
				  err);
	} else if (known != VV_KNOWN_YES) {
		rc = refuse_host(s, k, known, fingerprint.data, file, line, err);
	}
	return rc;
}

/* --- the session ----------------------------------------------------------------------- */

vv_status vv_ssh_login_fail(const vv_ssh_login *s, int code, const char *what, vv_error *err)
{
	char *text = NULL;

	if (code == LIBSSH2_ERROR_TIMEOUT) return vv_fail_idle(err, s->name, s->seconds);
	if (code == LIBSSH2_ERROR_ALLOC) return vv_fail_nomem(err);
	if (s->session) {
		(void)libssh2_session_last_error(s->session, &text, NULL, 0);
	}
	return vv_fail(err, VV_EIO, "%s '%s': %s", what, vv_text_shows(s->name),
		       text && *text ? vv_text_shows(text) : "no reason was given");
}

void vv_ssh_login_close(vv_ssh_login *s)
{
	if (s->session) {
		libssh2_session_set_blocking(s->session, 1);
		libssh2_session_set_timeout(s->session, GOODBYE_MS);
		(void)libssh2_session_disconnect(s->session, "done");
		(void)libssh2_session_free(vv_take(&s->session));
	}
	if (s->fd >= 0) {
		(void)close(s->fd);
		s->fd = -1;
	}
}

/* --- the connection ---------------------------------------------------------------------- */

/* No key exchange in common, or a host key that libssh2 cannot check (rsa-sha2). */
static bool other_may_do(int code)
{
	return code == LIBSSH2_ERROR_KEX_FAILURE || code == LIBSSH2_ERROR_METHOD_NONE ||
	       code == LIBSSH2_ERROR_METHOD_NOT_SUPPORTED;
}

static vv_status open_session(vv_ssh_login *s, const char *types, vv_error *err)
{
	s->other = false;
	const unsigned first = vv_first_sec(s->options);
	const atomic_bool *stopped = s->options->stopped;
	vv_status rc;

	if ((s->fd = vv_tcp_connect(s->config->host, s->config->port, first, stopped, err)) < 0) {
		return (vv_status)s->fd;
	}
	/* a server begins */
	if ((rc = vv_tcp_await(s->fd, s->name, first, stopped, err)) < 0) return rc;
	if (!(s->session = libssh2_session_init())) return vv_fail_nomem(err);
	libssh2_session_set_blocking(s->session, 1);
	libssh2_session_set_timeout(s->session, (long)first * 1000);
	int code = libssh2_session_method_pref(s->session, LIBSSH2_METHOD_HOSTKEY, types);
	code = code == 0 ? libssh2_session_handshake(s->session, s->fd) : code;
	if (code != 0) {
		s->other = other_may_do(code);
		return code == LIBSSH2_ERROR_TIMEOUT
			       ? vv_fail_idle(err, s->name, first)
			       : vv_ssh_login_fail(s, code, "cannot open an ssh session with", err);
	}
	libssh2_session_set_timeout(s->session, (long)s->seconds * 1000);
	return check_host(s, err);
}

/* --- keys ----------------------------------------------------------------------------------- */

/* sshd hangs up after some refused keys (MaxAuthTries, usually 6, and OpenSSH counts libssh2's
 * probes too): after three the next ones are tried over a new connection. */

typedef struct attempt {
	size_t agent_done, files_done; /* keys that were refused, over all connections */
	size_t refused;                /* over this one */
	size_t offered;                /* over all connections; other files are done, too */
	bool locked;                   /* a key was left out for want of a passphrase */
} attempt;

typedef enum verdict { LET_IN, REFUSED, HUNG_UP, TIMED_OUT } verdict;

static verdict verdict_of(int code)
{
	switch (code) {
	case 0:
		return LET_IN;
	case LIBSSH2_ERROR_TIMEOUT:
		return TIMED_OUT;
	case LIBSSH2_ERROR_SOCKET_DISCONNECT:
	case LIBSSH2_ERROR_SOCKET_RECV:
	case LIBSSH2_ERROR_SOCKET_SEND:
		return HUNG_UP;
	default:
		return REFUSED;
	}
}

static bool agent_key_usable(const struct libssh2_agent_publickey *id)
{
	const unsigned char *b = id->blob;

	if (id->blob_len < 4) return false;
	size_t n = vv_get_be32(b);
	return n > 0 && n <= id->blob_len - 4 && vv_ssh_key_usable((const char *)b + 4, n);
}

/* Connects the session to the agent and lists its keys; NULL: without an agent. */
static LIBSSH2_AGENT *open_agent(LIBSSH2_SESSION *session)
{
	LIBSSH2_AGENT *agent = libssh2_agent_init(session);

	if (agent && libssh2_agent_connect(agent) == 0) {
		if (libssh2_agent_list_identities(agent) == 0) return agent;
		(void)libssh2_agent_disconnect(agent);
	}
	if (agent) {
		libssh2_agent_free(agent);
	}
	return NULL;
}

static void close_agent(LIBSSH2_AGENT *agent)
{
	if (agent) {
		(void)libssh2_agent_disconnect(agent);
		libssh2_agent_free(agent);
	}
}

static verdict try_agent(vv_ssh_login *s, attempt *a)
{
	LIBSSH2_AGENT *agent = open_agent(s->session);
	struct libssh2_agent_publickey *id = NULL;
	verdict v = REFUSED;
	size_t at = 0;

	while (agent && v == REFUSED && a->refused < REFUSED_MAX &&
	       libssh2_agent_get_identity(agent, &id, id) == 0) {
		if (agent_key_usable(id) && at++ >= a->agent_done) {
			v = verdict_of(libssh2_agent_userauth(agent, s->config->user, id));
			a->agent_done++;
			a->offered++;
			a->refused++;
		}
	}
	close_agent(agent);
	return v;
}

static int offer_file(vv_ssh_login *s, const char *path, const char *passphrase)
{
	return libssh2_userauth_publickey_fromfile_ex(s->session, s->config->user,
						      (unsigned)strlen(s->config->user), NULL, path,
						      passphrase);
}

/* Asks for the passphrase and offers the key, again while the passphrase is wrong. */
static vv_status unlock_file(vv_ssh_login *s, const char *path, int *code, bool *locked,
			     vv_error *err)
{
	vv_auto(vv_buf) prompt = VV_BUF_INIT;
	vv_auto(vv_secret_buf) answer = VV_BUF_INIT;
	vv_status rc = VV_OK;
	unsigned tries = 0;

	*code = LIBSSH2_ERROR_FILE;
	vv_buf_printf(&prompt, "Passphrase of the key '%s': ", path);
	rc = vv_buf_ok(&prompt, err);
	while (rc == VV_OK && *code == LIBSSH2_ERROR_FILE && tries++ < PASSPHRASES_MAX) {
		vv_buf_wipe(&answer);
		rc = s->options->ask(s->options->payload, prompt.data, false, &answer, err);
		if (rc == VV_EREFUSED) { /* no user to ask */
			*locked = true;
			rc = VV_OK;
			break;
		}
		if (rc < 0 || answer.len == 0 || answer.len > ANSWER_MAX) {
			break;
		}
		*code = offer_file(s, path, answer.data);
	}
	return rc;
}

static vv_status try_files(vv_ssh_login *s, attempt *a, verdict *v, vv_error *err)
{
	vv_status rc = VV_OK;

	while (rc == VV_OK && *v == REFUSED && a->refused < REFUSED_MAX &&
	       a->files_done < s->config->file_count) {
		const char *path = s->config->files[a->files_done++];
		vv_ssh_key key;

		if (!vv_ssh_key_look(&key, path) ||
		    !vv_ssh_key_usable(key.type, strlen(key.type))) {
			continue;
		}
		if (key.encrypted && !s->options->ask) {
			a->locked = true;
			continue;
		}
		int code = key.encrypted ? LIBSSH2_ERROR_FILE : offer_file(s, path, "");
		if (key.encrypted) {
			rc = unlock_file(s, path, &code, &a->locked, err);
		}
		*v = verdict_of(code);
		a->refused += code == LIBSSH2_ERROR_FILE ? 0 : 1;
		a->offered += code == LIBSSH2_ERROR_FILE ? 0 : 1;
	}
	return rc;
}

/* --- who we are -------------------------------------------------------------------------------- */

/* Is there any key to offer? Called before anything is sent. */
static bool has_key(const vv_ssh_login *s)
{
	LIBSSH2_SESSION *session = libssh2_session_init();
	LIBSSH2_AGENT *agent = session ? open_agent(session) : NULL;
	struct libssh2_agent_publickey *id = NULL;
	bool found = false;

	while (agent && !found && libssh2_agent_get_identity(agent, &id, id) == 0) {
		found = agent_key_usable(id);
	}
	close_agent(agent);
	if (session) {
		(void)libssh2_session_free(session);
	}
	for (size_t i = 0; !found && i < s->config->file_count; i++) {
		vv_ssh_key key;

		found = vv_ssh_key_look(&key, s->config->files[i]) &&
			vv_ssh_key_usable(key.type, strlen(key.type)) &&
			(!key.encrypted || s->options->ask);
	}
	return found;
}

static vv_status refuse_user(vv_ssh_login *s, const attempt *a, vv_error *err)
{
	s->other = true;
	(void)vv_fail(err, VV_EAUTH, "'%s' rejected the login of the user '%s' (%s offered)",
		      vv_text_shows(s->name), vv_text_shows(s->config->user),
		      vv_text_counted(a->offered, "key", NULL));
	return a->locked
		       ? vv_hint(err,
				 "a key has a passphrase: add the key to ssh-agent with ssh-add")
		       : vv_hint(err, "check that the right key is in ~/.ssh or in ssh-agent, and "
				      "that its .pub line is in the host's ~/.ssh/authorized_keys");
}

/* Offers up to three keys over this connection. *again: there may be more to offer. */
static vv_status offer_keys(vv_ssh_login *s, attempt *a, bool *again, vv_error *err)
{
	const char *user = s->config->user;
	const char *ways = libssh2_userauth_list(s->session, user, (unsigned)strlen(user));
	verdict v = libssh2_userauth_authenticated(s->session) ? LET_IN : REFUSED;
	vv_status rc = VV_OK;

	*again = false;
	a->refused = 0;
	if (v != LET_IN && !ways) {
		return vv_ssh_login_fail(s, libssh2_session_last_errno(s->session),
					 "no answer from", err);
	}
	if (v != LET_IN && !strstr(ways, "publickey")) {
		s->other = true;
		return vv_fail(err, VV_EAUTH,
			       "'%s' does not accept keys, only: %s\nuse the ssh program, which "
			       "supports more methods: varve.ssh=external",
			       vv_text_shows(s->name), vv_text_shows(ways));
	}
	if (v == REFUSED) {
		v = try_agent(s, a);
	}
	if (v == REFUSED) {
		rc = try_files(s, a, &v, err);
	}
	if (rc < 0 || v == LET_IN) return rc;
	if (v == TIMED_OUT) return vv_fail_idle(err, s->name, s->seconds);
	*again = v == HUNG_UP || a->refused >= REFUSED_MAX;
	return refuse_user(s, a, err);
}

vv_status vv_ssh_ready(vv_error *err)
{
	enum { NOT_BEGUN, BEGUN, READY };
	static atomic_int state = NOT_BEGUN; /* libssh2 itself counts without a lock */
	int seen = NOT_BEGUN;

	while (!atomic_compare_exchange_weak(&state, &seen, BEGUN)) {
		if (seen == READY) return VV_OK;
		seen = NOT_BEGUN; /* another thread takes some milliseconds for it */
	}
	if (libssh2_init(0) != 0) {
		atomic_store(&state, NOT_BEGUN);
		return vv_fail_nomem(err);
	}
	atomic_store(&state, READY);
	return VV_OK;
}

vv_status vv_ssh_login_open(vv_ssh_login *s, vv_error *err)
{
	attempt a = {0};
	bool again = true;
	vv_auto(char) *types = NULL;
	vv_status rc;

	if (!has_key(s)) {
		s->other = true;
		return vv_fail(
			err, VV_EAUTH,
			"no usable key for a login at '%s' (ed25519 or ecdsa, in ~/.ssh or "
			"ssh-agent)\nmake a key with 'ssh-keygen -t ed25519', or add one to ssh-agent "
			"with 'ssh-add'; other kinds of keys require the ssh program",
			vv_text_shows(s->name));
	}
	if ((rc = host_types(&types, s, err)) < 0) return rc;
	for (unsigned i = 0; again && i < CONNECTIONS_MAX; i++) {
		size_t before = a.agent_done + a.files_done;

		again = false;
		if ((rc = open_session(s, types, err)) == VV_OK) {
			rc = offer_keys(s, &a, &again, err);
		}
		if (rc < 0) {
			vv_ssh_login_close(s);
		}
		again = again && a.agent_done + a.files_done > before;
	}
	return rc;
}
