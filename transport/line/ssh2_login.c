/*
 * ssh2_login: from a configuration to a session that is let in, with libssh2.
 *
 * sshd hangs up after some refused keys (MaxAuthTries, usually 6, and OpenSSH counts what
 * libssh2 asks beforehand): after three the next ones are tried over a new connection.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/line/pipe.h"
#include "transport/line/ssh2.h"

#define REFUSED_MAX 3u
#define CONNECTIONS_MAX 5u
#define PASSPHRASES_MAX 3u
#define GOODBYE_MS 2000
#define ANSWER_MAX 1024u

vv_status vv_ssh2_fail(const vv_ssh2 *s, int code, const char *what, vv_error *err)
{
	char *text = NULL;

	if (code == LIBSSH2_ERROR_TIMEOUT) {
		return vv_fail_idle(err, s->name, s->seconds);
	}
	if (code == LIBSSH2_ERROR_ALLOC) {
		return vv_fail_nomem(err);
	}
	if (s->session) {
		(void)libssh2_session_last_error(s->session, &text, NULL, 0);
	}
	return vv_fail(err, VV_EIO, "%s '%s': %s", what, vv_text_shows(s->name),
		       text && *text ? vv_text_shows(text) : "no reason was given");
}

void vv_ssh2_logout(vv_ssh2 *s)
{
	if (s->session) {
		libssh2_session_set_blocking(s->session, 1);
		libssh2_session_set_timeout(s->session, GOODBYE_MS);
		(void)libssh2_session_disconnect(s->session, "done");
		(void)libssh2_session_free(s->session);
		s->session = NULL;
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

static vv_status open_session(vv_ssh2 *s, const char *types, vv_error *err)
{
	int code;

	s->other = false;
	if ((s->fd = vv_tcp_connect(s->config->host, s->config->port, s->seconds, err)) < 0) {
		return (vv_status)s->fd;
	}
	if (!(s->session = libssh2_session_init())) {
		return vv_fail_nomem(err);
	}
	libssh2_session_set_blocking(s->session, 1);
	libssh2_session_set_timeout(s->session, (long)s->seconds * 1000);
	code = libssh2_session_method_pref(s->session, LIBSSH2_METHOD_HOSTKEY, types);
	code = code == 0 ? libssh2_session_handshake(s->session, s->fd) : code;
	if (code != 0) {
		s->other = other_may_do(code);
		return vv_ssh2_fail(s, code, "no session of ssh with", err);
	}
	return vv_ssh2_host_check(s, err);
}

/* --- keys ----------------------------------------------------------------------------------- */

typedef struct attempt {
	size_t agent_done, files_done; /* keys that were refused, over all connections */
	size_t refused;                /* over this one */
	bool locked;                   /* a key was left out for want of a passphrase */
} attempt;

typedef enum verdict { LET_IN, REFUSED, HUNG_UP, TIMED_OUT } verdict;

static verdict judge(int code)
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
	size_t n;

	if (id->blob_len < 4) {
		return false;
	}
	n = (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
	return n > 0 && n <= id->blob_len - 4 && vv_ssh_key_usable((const char *)b + 4, n);
}

/* The agent's keys, connected to a session; NULL: there is no agent. */
static LIBSSH2_AGENT *open_agent(LIBSSH2_SESSION *session)
{
	LIBSSH2_AGENT *agent = libssh2_agent_init(session);

	if (agent && libssh2_agent_connect(agent) == 0) {
		if (libssh2_agent_list_identities(agent) == 0) {
			return agent;
		}
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

static verdict try_agent(vv_ssh2 *s, attempt *a)
{
	LIBSSH2_AGENT *agent = open_agent(s->session);
	struct libssh2_agent_publickey *id = NULL;
	verdict v = REFUSED;
	size_t at = 0;

	while (agent && v == REFUSED && a->refused < REFUSED_MAX &&
	       libssh2_agent_get_identity(agent, &id, id) == 0) {
		if (agent_key_usable(id) && at++ >= a->agent_done) {
			v = judge(libssh2_agent_userauth(agent, s->config->user, id));
			a->agent_done++;
			a->refused++;
		}
	}
	close_agent(agent);
	return v;
}

static int offer_file(vv_ssh2 *s, const char *path, const char *passphrase)
{
	return libssh2_userauth_publickey_fromfile_ex(s->session, s->config->user,
						      (unsigned)strlen(s->config->user), NULL, path,
						      passphrase);
}

/* Asks for the passphrase and offers the key, again while the passphrase is wrong. */
static vv_status unlock_file(vv_ssh2 *s, const char *path, int *code, bool *locked, vv_error *err)
{
	vv_buf prompt = VV_BUF_INIT, answer = VV_BUF_INIT;
	vv_status rc = VV_OK;
	unsigned tries = 0;

	*code = LIBSSH2_ERROR_FILE;
	vv_buf_printf(&prompt, "Passphrase of the key '%s': ", path);
	rc = vv_buf_ok(&prompt, err);
	while (rc == VV_OK && *code == LIBSSH2_ERROR_FILE && tries++ < PASSPHRASES_MAX) {
		vv_buf_wipe(&answer);
		rc = s->options->ask(s->options->payload, prompt.data, false, &answer, err);
		if (rc == VV_EREFUSED) { /* nobody is there */
			*locked = true;
			rc = VV_OK;
			break;
		}
		if (rc < 0 || answer.len == 0 || answer.len > ANSWER_MAX) {
			break;
		}
		*code = offer_file(s, path, answer.data);
	}
	vv_buf_wipe(&answer);
	vv_buf_clear(&answer);
	vv_buf_clear(&prompt);
	return rc;
}

static vv_status try_files(vv_ssh2 *s, attempt *a, verdict *v, vv_error *err)
{
	vv_status rc = VV_OK;

	while (rc == VV_OK && *v == REFUSED && a->refused < REFUSED_MAX &&
	       a->files_done < s->config->file_count) {
		const char *path = s->config->files[a->files_done++];
		vv_ssh_key key;
		int code;

		if (!vv_ssh_key_look(&key, path) ||
		    !vv_ssh_key_usable(key.type, strlen(key.type))) {
			continue;
		}
		if (key.encrypted && !s->options->ask) {
			a->locked = true;
			continue;
		}
		code = key.encrypted ? LIBSSH2_ERROR_FILE : offer_file(s, path, "");
		if (key.encrypted) {
			rc = unlock_file(s, path, &code, &a->locked, err);
		}
		*v = judge(code);
		a->refused += code == LIBSSH2_ERROR_FILE ? 0 : 1;
	}
	return rc;
}

/* --- who we are -------------------------------------------------------------------------------- */

/* Is there any key that could be offered? Asked before anything goes over the line. */
static bool has_key(const vv_ssh2 *s)
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

static vv_status refuse_user(vv_ssh2 *s, const attempt *a, vv_error *err)
{
	s->other = true;
	(void)vv_fail(err, VV_EREFUSED,
		      "'%s' does not let the user '%s' in with any of the %zu key%s offered",
		      vv_text_shows(s->name), vv_text_shows(s->config->user),
		      a->agent_done + a->files_done, a->agent_done + a->files_done == 1 ? "" : "s");
	return a->locked
		       ? vv_hint(err,
				 "a key needs its passphrase: give it to ssh-agent with ssh-add")
		       : vv_hint(err, "is the right key in ~/.ssh or in ssh-agent, and is its .pub "
				      "line in ~/.ssh/authorized_keys there?");
}

/* Offers up to three keys over this connection. *again: there may be more to offer. */
static vv_status authenticate(vv_ssh2 *s, attempt *a, bool *again, vv_error *err)
{
	const char *user = s->config->user;
	const char *ways = libssh2_userauth_list(s->session, user, (unsigned)strlen(user));
	verdict v = libssh2_userauth_authenticated(s->session) ? LET_IN : REFUSED;
	vv_status rc = VV_OK;

	*again = false;
	a->refused = 0;
	if (v != LET_IN && !ways) {
		return vv_ssh2_fail(s, libssh2_session_last_errno(s->session), "no answer from",
				    err);
	}
	if (v != LET_IN && !strstr(ways, "publickey")) {
		s->other = true;
		(void)vv_fail(err, VV_EREFUSED, "'%s' takes no key, only: %s",
			      vv_text_shows(s->name), vv_text_shows(ways));
		return vv_hint(err, "the ssh program may have another way in: varve.ssh=external");
	}
	if (v == REFUSED) {
		v = try_agent(s, a);
	}
	if (v == REFUSED) {
		rc = try_files(s, a, &v, err);
	}
	if (rc < 0 || v == LET_IN) {
		return rc;
	}
	if (v == TIMED_OUT) {
		return vv_fail_idle(err, s->name, s->seconds);
	}
	*again = v == HUNG_UP || a->refused >= REFUSED_MAX;
	return refuse_user(s, a, err);
}

vv_status vv_ssh2_login(vv_ssh2 *s, vv_error *err)
{
	attempt a = {0, 0, 0, false};
	bool again = true;
	char *types = NULL;
	vv_status rc;

	if (!has_key(s)) {
		s->other = true;
		(void)vv_fail(
			err, VV_EREFUSED,
			"there is no key to show to '%s' (an ed25519 or ecdsa one in ~/.ssh or "
			"ssh-agent)",
			vv_text_shows(s->name));
		return vv_hint(err,
			       "make one with: ssh-keygen -t ed25519; keys of other kinds need "
			       "the ssh program");
	}
	if ((rc = vv_ssh2_host_types(&types, s, err)) < 0) {
		return rc;
	}
	for (unsigned i = 0; again && i < CONNECTIONS_MAX; i++) {
		size_t before = a.agent_done + a.files_done;

		again = false;
		if ((rc = open_session(s, types, err)) == VV_OK) {
			rc = authenticate(s, &a, &again, err);
		}
		if (rc < 0) {
			vv_ssh2_logout(s);
		}
		again = again && a.agent_done + a.files_done > before;
	}
	vv_free(types);
	return rc;
}
