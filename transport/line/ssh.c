/*
 * ssh: chooses one of the two ways over ssh, and implements the one by a program: OpenSSH's, or the
 * user's substitute.
 *
 * A command named by the user is used. Otherwise varve.ssh decides: external, libssh2, or auto, the
 * default: libssh2, but the ssh program, if installed, where libssh2 lacks a feature. After a host
 * key that is wrong, unknown or revoked nothing else is tried. A program gets the command line of
 * its "variant", as Git has it; its stderr and exit code explain failures.
 */
#include "transport/line/ssh.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/program.h"
#include "transport/line/pipe.h"
#include "transport/line/remote_command.h"

#define ARGS_MAX 14u
#define TYPING_SEC 300u /* when a user at a terminal may have to type a passphrase */

/* How an ssh program is called. */
typedef struct ssh_command {
	char *text;         /* NULL: none configured, then `ssh` */
	bool shell;         /* text is a command line for sh, not a program's name */
	char *variant_name; /* the variant's name; NULL: derived from the program's name */
} ssh_command;

/* --- which program -------------------------------------------------------------------- */

static void clear_command(ssh_command *c)
{
	vv_free_all(c->text, c->variant_name);
}
VV_AUTO_CLEAR(ssh_command, clear_command)

static vv_status take_env(ssh_command *out, const vv_env *env, const char *name, bool shell,
			  vv_error *err)
{
	const char *value = out->text ? NULL : vv_env_get(env, name);

	if (value && *value) {
		out->text = vv_strdup(value);
		out->shell = shell;
		return out->text ? VV_OK : vv_fail_nomem(err);
	}
	return VV_OK;
}

/* A setting of o->repo, or of the user and the system; owned by the caller. VV_ENOTFOUND when
 * it is not set. */
static vv_status read_setting(char **out, const vv_connect_options *o, const char *key,
			      vv_error *err)
{
	*out = NULL;
	if (!o->repo) {
		*out = vv_config_outside(o->env, key);
		return *out ? VV_OK : VV_ENOTFOUND;
	}
	return vv_config_string(o->repo, key, out, err);
}

static vv_status take_setting(char **out, const vv_connect_options *o, const char *key,
			      vv_error *err)
{
	vv_status rc = *out ? VV_OK : read_setting(out, o, key, err);

	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

/* VARVE_SSH, GIT_SSH_COMMAND, core.sshCommand, GIT_SSH. The caller clears *out, also on failure. */
static vv_status read_command(ssh_command *out, const vv_connect_options *o, vv_error *err)
{
	const char *variant = vv_env_get(vv_connect_env(o), "GIT_SSH_VARIANT");
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = take_env(out, vv_connect_env(o), "VARVE_SSH", true, err)) < 0 ||
	    (rc = take_env(out, vv_connect_env(o), "GIT_SSH_COMMAND", true, err)) < 0) {
		return rc;
	}
	if (!out->text) {
		out->shell = true;
		if ((rc = take_setting(&out->text, o, "core.sshCommand", err)) < 0) return rc;
	}
	if ((rc = take_env(out, vv_connect_env(o), "GIT_SSH", false, err)) < 0) return rc;
	if (variant && *variant && !(out->variant_name = vv_strdup(variant))) {
		return vv_fail_nomem(err);
	}
	return take_setting(&out->variant_name, o, "ssh.variant", err);
}

typedef enum variant { OPENSSH, PLINK, TORTOISE, SIMPLE, UNKNOWN } variant;

/* The program in a command line: its first word that sets no variable. */
static size_t first_word(const char *text, const char **word)
{
	size_t len;

	for (;;) {
		text += strspn(text, " \t\n");
		if (*text == '"' || *text == '\'') {
			*word = text + 1;
			return strcspn(text + 1, *text == '"' ? "\"" : "'");
		}
		len = strcspn(text, " \t\n");
		if (!memchr(text, '=', len)) {
			*word = text;
			return len;
		}
		text += len;
	}
}

static variant variant_of(const ssh_command *c)
{
	static const struct {
		const char *name;
		variant is;
	} names[] = {{"ssh", OPENSSH},  {"ssh.exe", OPENSSH}, {"plink", PLINK},
		     {"putty", PLINK},  {"plink.exe", PLINK}, {"tortoiseplink", TORTOISE},
		     {"simple", SIMPLE}};
	const char *word = c->text;
	size_t len = word ? strlen(word) : 0, i;

	if (c->variant_name && !vv_ascii_equal(c->variant_name, "auto")) {
		word = c->variant_name;
		len = strlen(word);
	} else if (!word) {
		return OPENSSH;
	} else if (c->shell) {
		len = first_word(word, &word);
	}
	for (i = len; i > 0 && word[i - 1] != '/'; i--) {
	}
	word += i;
	len -= i;
	const __typeof__(names[0]) *known = vv_array_find(names, sizeof(names) / sizeof(names[0]),
							  it, vv_ascii_is(word, len, it->name));
	return known ? known->is : UNKNOWN;
}

/* --- errors ------------------------------------------------------------------------- */

typedef struct ssh_facts {
	bool *foreign;
	char *host; /* both point past the structure */
	char *program;
	unsigned port; /* 0: not in the URL */
} ssh_facts;

static ssh_facts *new_facts(const char *host, unsigned port, const char *program, bool *foreign)
{
	size_t host_len = strlen(host) + 1, program_len = strlen(program) + 1;
	ssh_facts *f = vv_malloc(sizeof(*f) + host_len + program_len);

	if (f) {
		*f = (ssh_facts){foreign, (char *)(f + 1), (char *)(f + 1) + host_len, port};
		memcpy(f->host, host, host_len);
		memcpy(f->program, program, program_len);
	}
	return f;
}

/* How the host is written in the hint: by its name, with a port as for ssh-keygen, or as for ssh. */
typedef enum form { NAME, FOR_KEYGEN, FOR_SSH } form;

/* OpenSSH's messages, the status for each, the hint before the host, and the host's form. */
static const struct {
	const char *says;
	vv_status code;
	const char *hint;
	form as;
} sayings[] = {
	{"REMOTE HOST IDENTIFICATION HAS CHANGED", VV_EREFUSED,
	 "if the change was announced to you, connect again after this: ssh-keygen -R ",
	 FOR_KEYGEN},
	{"Host key verification failed", VV_EREFUSED,
	 "run this once, and compare the fingerprint that it shows: ssh ", FOR_SSH},
	{"Permission denied (", VV_EAUTH,
	 "check that the right key is in ~/.ssh or in ssh-agent, and known to ", NAME},
	{"Too many authentication failures", VV_EAUTH,
	 "name the right key in ~/.ssh/config (IdentityFile, IdentitiesOnly yes) for ", NAME},
	{"Could not resolve hostname", VV_ENOTFOUND, "check the name ", NAME},
	{"Name or service not known", VV_ENOTFOUND, "check the name ", NAME},
	{"Connection refused", VV_EIO, "check that sshd listens on that port of ", NAME},
	{"timed out", VV_EIO, "check that this host can be reached from here: ", NAME},
	{"No route to host", VV_EIO, "check that this host can be reached from here: ", NAME},
};

/* Appends the host in this form. */
static void put_host(vv_buf *out, const ssh_facts *f, form as)
{
	const char *host = vv_text_shows(f->host);

	if (f->port > 0 && as == FOR_KEYGEN) {
		vv_buf_printf(out, "'[%s]:%u'", host, f->port);
	} else if (f->port > 0 && as == FOR_SSH) {
		vv_buf_printf(out, "-p %u %s", f->port, host);
	} else {
		vv_buf_puts(out, host);
	}
}

static vv_status explain_ssh(void *payload, int exit_code, const vv_peer_messages *said,
			     const char *noise, size_t len VV_UNUSED, vv_error *err)
{
	const ssh_facts *f = payload;
	const char *text = vv_buf_cstr(&said->tail);
	vv_auto(vv_buf) target = VV_BUF_INIT;
	char before[sizeof(err->message)], last[256], hint[256];
	bool spoke = vv_peer_messages_last(said, last, hint, sizeof(last));

	/* 255 is an error of ssh; a line that ends without output of varve is from a program that
	 * lacks the command */
	if (f->foreign && noise && exit_code > 0 && exit_code != 255 &&
	    (exit_code == 127 || !spoke || strncmp(last, "varve: ", 7) != 0)) {
		*f->foreign = true;
	}
	if (exit_code == 127 && spoke && !strstr(last, f->program)) { /* it was not that one */
		return vv_fail(err, VV_ENOTFOUND, "cannot connect to '%s': %s",
			       vv_text_shows(f->host), vv_text_shows(last));
	}
	if (vv_ssh_explain_exit(exit_code, f->host, f->program, err)) return err->code;
	memcpy(before, err->message, sizeof(before));
	for (size_t i = 0; exit_code == 255 && i < sizeof(sayings) / sizeof(sayings[0]); i++) {
		if (strstr(text, sayings[i].says)) {
			put_host(&target, f, sayings[i].as);
			return vv_fail(err, sayings[i].code,
				       "cannot connect to '%s': %s\n"
				       "%s%s",
				       vv_text_shows(f->host),
				       i == 0 ? "its host key differs from the one in known_hosts"
					      : vv_text_shows(last),
				       sayings[i].hint, vv_buf_cstr(&target));
		}
	}
	if (spoke) {
		(void)vv_fail(err, VV_EIO, "%s: %s", before, vv_text_shows(last));
	} else if (exit_code > 128 && exit_code != 255) {
		(void)vv_fail(err, VV_EIO, "%s: ssh was ended by signal %d", before,
			      exit_code - 128);
	} else if (exit_code > 0) {
		(void)vv_fail(err, VV_EIO, "%s: ssh ended with exit code %d", before, exit_code);
	}
	return hint[0] ? vv_hint(err, "%s", vv_text_shows(hint)) : err->code;
}

/* --- running it --------------------------------------------------------------------------------- */

static vv_status refuse_port(const ssh_command *c, vv_error *err)
{
	return vv_fail(err, VV_EUSAGE,
		       "'%s' has the ssh variant 'simple', which does not support a port\nset "
		       "ssh.variant to ssh, plink or tortoiseplink",
		       vv_text_shows(c->text ? c->text : "ssh"));
}

/* Can ssh itself ask the user? It opens the terminal, whatever stdin is. */
static bool has_terminal(void)
{
	vv_auto(vv_fd) fd = vv_open("/dev/tty", O_RDWR | O_NOCTTY, 0, NULL);

	return fd >= 0;
}

static vv_status run_program(vv_channel **out, const vv_url *url, const ssh_command *c,
			     const vv_connect_options *o, vv_error *err)
{
	const char *argv[ARGS_MAX] = {NULL}, *program = c->text ? c->text : "ssh";
	const variant v = variant_of(c);
	vv_auto(vv_buf) target = VV_BUF_INIT, command = VV_BUF_INIT, script = VV_BUF_INIT;
	vv_program_line line = {.argv = argv, .name = url->text, .explain = explain_ssh};
	char port[16], limit[32];
	size_t n = 0;
	vv_status rc;

	if (url->port > 0 && v == SIMPLE) return refuse_port(c, err);
	(void)snprintf(port, sizeof(port), "%u", url->port);
	vv_buf_printf(&target, "%s%s%s", url->user ? url->user : "", url->user ? "@" : "",
		      url->host);
	vv_ssh_remote_command(&command, url, o);
	vv_buf_printf(&script, "%s \"$@\"", program);
	if ((rc = vv_buf_ok(&target, err)) < 0 || (rc = vv_buf_ok(&command, err)) < 0 ||
	    (rc = vv_buf_ok(&script, err)) < 0) {
		return rc;
	}
	/* OpenSSH limits the time to the answer itself; then it may have to ask the user */
	(void)snprintf(limit, sizeof(limit), "ConnectTimeout=%u", vv_first_sec(o));
	vv_words_add(argv, &n, c->text && c->shell ? "/bin/sh" : NULL, "-c", script.data);
	vv_words_add(argv, &n, program, v == OPENSSH ? "-T" : v == TORTOISE ? "-batch" : NULL);
	vv_words_add(argv, &n, v == OPENSSH ? "-o" : NULL, limit);
	vv_words_add(argv, &n,
		     url->port == 0                ? NULL
		     : v == PLINK || v == TORTOISE ? "-P"
						   : "-p",
		     port);
	vv_words_add(argv, &n, v == OPENSSH ? "--" : NULL);
	vv_words_add(argv, &n, target.data, command.data);
	line.patience_sec = has_terminal() ? TYPING_SEC : 0;
	line.first_sec = v != OPENSSH ? vv_first_sec(o) : 0;
	line.payload = new_facts(url->host, url->port,
				 o->remote_program ? o->remote_program : "varve", o->foreign);
	return line.payload ? vv_channel_program(out, &line, o, err) : vv_fail_nomem(err);
}

/* --- which way ------------------------------------------------------------------------------- */

typedef enum way { AUTO, LIBSSH2_ONLY, PROGRAM_ONLY } way;

static vv_status read_way(way *out, const vv_connect_options *o, vv_error *err)
{
	vv_auto(char) *text = NULL;
	vv_status rc = read_setting(&text, o, "varve.ssh", err);

	*out = AUTO;
	if (rc == VV_ENOTFOUND) return VV_OK;
	if (rc == VV_OK && strcmp(text, "libssh2") == 0) {
		*out = LIBSSH2_ONLY;
	} else if (rc == VV_OK && strcmp(text, "external") == 0) {
		*out = PROGRAM_ONLY;
	} else if (rc == VV_OK && strcmp(text, "auto") != 0) {
		rc = vv_fail(err, VV_EUSAGE,
			     "the setting varve.ssh is '%s', expected auto, libssh2 or external",
			     vv_text_shows(text));
	}
	return rc;
}

static bool has_program(const vv_env *env)
{
	vv_auto(char) *path = NULL;
	return vv_program_find(&path, env, "ssh", VV_IGNORED) == VV_OK;
}

/* libssh2, and after it the ssh program where `w` lets it. */
static vv_status by_library(vv_channel **out, const vv_url *url, way w, const ssh_command *c,
			    const vv_connect_options *o, vv_error *err)
{
	bool program = has_program(vv_connect_env(o)), other = false;
	vv_auto(vv_ssh_config) config = {0};
	vv_status rc = vv_ssh_config_read(&config, url, vv_connect_env(o), program, err);

	if (rc < 0) return rc;
	const bool may_run = w == AUTO && program;
	if (may_run && config.special) return run_program(out, url, c, o, err);
	rc = vv_channel_ssh2(out, url, &config, o, &other, err);
	return rc < 0 && other && may_run ? run_program(out, url, c, o, err) : rc;
}

vv_status vv_channel_ssh(vv_channel **out, const vv_url *url, const vv_connect_options *o,
			 vv_error *err)
{
	vv_auto(ssh_command) command = {0};
	way w = AUTO;
	vv_status rc;

	if ((rc = read_command(&command, o, err)) < 0 ||
	    (!command.text && (rc = read_way(&w, o, err)) < 0)) {
		return rc;
	}
	return command.text || w == PROGRAM_ONLY ? run_program(out, url, &command, o, err)
						 : by_library(out, url, w, &command, o, err);
}

static vv_status refuse_program(const vv_url *url, const char *why, vv_error *err)
{
	return vv_fail(err, VV_ENOSUPPORT,
		       "'%s': SFTP requires libssh2, but %s\n'git config varve.ssh libssh2' uses "
		       "libssh2 nevertheless; or mount the folder with sshfs, and use its path",
		       url->text, why);
}

vv_status vv_ssh_library_config(vv_ssh_config *out, const vv_url *url, const vv_connect_options *o,
				vv_error *err)
{
	char why[96];
	vv_auto(ssh_command) command = {0};
	way w;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = read_way(&w, o, err)) < 0) return rc;
	if (w != LIBSSH2_ONLY) {
		if ((rc = read_command(&command, o, err)) < 0) return rc;
		if (command.text || w == PROGRAM_ONLY) {
			return refuse_program(
				url, "the settings or the environment name an ssh program", err);
		}
	}
	if ((rc = vv_ssh_config_read(out, url, vv_connect_env(o), has_program(vv_connect_env(o)),
				     err)) < 0) {
		return rc;
	}
	if (w == AUTO && out->special) {
		(void)snprintf(why, sizeof(why), "ssh's own settings need the program (%.48s)",
			       vv_text_shows(out->special));
		return refuse_program(url, why, err);
	}
	return VV_OK;
}
