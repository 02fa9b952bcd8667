/*
 * signing: how each kind of signer is called and what counts as its success.
 */
#include "repo/git/history/signing.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/program.h"

#define SIGNATURE_MAX (1u << 20)

/* The last line that a signer said, for the message. */
static const char *last_words(vv_buf *said)
{
	while (said->len > 0 && isspace((unsigned char)said->data[said->len - 1])) {
		said->data[--said->len] = '\0';
	}
	if (said->len == 0) return "no reason given";
	char *start = strrchr(said->data, '\n');
	return vv_text_shows(start ? start + 1 : said->data);
}

static vv_status refused(const char *program, vv_buf *said, vv_error *err)
{
	(void)vv_fail(err, VV_EREFUSED, "'%s' could not sign: %s", vv_text_shows(program),
		      last_words(said));
	return vv_hint(
		err,
		"see user.signingKey, gpg.format and gpg.program; --no-gpg-sign leaves the signature out");
}

/* CR before LF comes from signers on other systems and would break the header. */
static void put_unix(vv_buf *to, const vv_buf *from)
{
	for (size_t i = 0; i < from->len; i++) {
		if (from->data[i] != '\r' || i + 1 == from->len || from->data[i + 1] != '\n') {
			vv_buf_putc(to, from->data[i]);
		}
	}
}

/* A line of gpg's status output. */
static bool has_status(const vv_buf *said, const char *word)
{
	const char *text = vv_buf_cstr(said), *at = text;

	while ((at = strstr(at, word))) {
		if (at == text || at[-1] == '\n') return true;
		at++;
	}
	return false;
}

static vv_status sign_gpg(const vv_env *env, const char *program, const char *key,
			  const void *bytes, size_t len, vv_buf *signature, vv_error *err)
{
	const char *argv[] = {program, "--status-fd=2", "-bsau", key, NULL};
	vv_auto(vv_buf) out = VV_BUF_INIT, said = VV_BUF_INIT;
	const vv_run run = {.argv = argv,
			    .env = env,
			    .input = bytes,
			    .len = len,
			    .output = &out,
			    .errors = &said};
	vv_status rc;
	int code;

	if ((rc = vv_run_program(&run, &code, err)) < 0) return rc;
	if (code != 0 || out.len == 0 || out.len > SIGNATURE_MAX ||
	    !has_status(&said, "[GNUPG:] SIG_CREATED ")) {
		return refused(program, &said, err);
	}
	put_unix(signature, &out);
	return vv_buf_ok(signature, err);
}

/* --- ssh ------------------------------------------------------------------------ */

static bool is_literal_key(const char *key)
{
	return strncmp(key, "key::", 5) == 0 || strncmp(key, "ssh-", 4) == 0;
}

static vv_status write_temp(const char *dir, const char *prefix, const void *bytes, size_t len,
			    char **path, vv_error *err)
{
	int fd = vv_temp_open(path, dir, prefix, err);

	if (fd < 0) return (vv_status)fd;
	vv_status rc = vv_write_full(fd, bytes, len, *path, err);
	vv_status closed = vv_close(fd, *path, rc == VV_OK ? err : NULL);
	return rc < 0 ? rc : closed;
}

/* A file for a signer, which goes with the variable. */
typedef char temp_file;

static void remove_temp(temp_file *take_path)
{
	if (take_path) {
		(void)vv_unlink(take_path, true, NULL);
	}
	vv_free(take_path);
}
VV_AUTO_FREE(temp_file, remove_temp)

/* ssh-keygen wants files; it writes the signature to "<data>.sig". */
static vv_status sign_ssh(const vv_env *env, const char *program, const char *key,
			  const void *bytes, size_t len, vv_buf *signature, vv_error *err)
{
	const char *tmp = vv_env_temp_dir(env),
		   *text = key + (strncmp(key, "key::", 5) == 0 ? 5 : 0);
	vv_auto(temp_file) *key_file = NULL, *data_file = NULL, *sig_file = NULL;
	vv_auto(vv_buf) said = VV_BUF_INIT, out = VV_BUF_INIT;
	vv_buf name = VV_BUF_INIT;
	vv_status rc;
	int code;

	if ((is_literal_key(key) &&
	     (rc = write_temp(tmp, "varve-key-", text, strlen(text), &key_file, err)) < 0) ||
	    (rc = write_temp(tmp, "varve-sign-", bytes, len, &data_file, err)) < 0) {
		return rc;
	}
	vv_buf_printf(&name, "%s.sig", data_file);
	if (!(sig_file = vv_buf_detach(&name))) return vv_fail_nomem(err);
	const char *argv[] = {program,   "-Y", "sign", "-n", "git", "-f", key_file ? key_file : key,
			      data_file, NULL};
	const vv_run run = {.argv = argv, .env = env, .output = &out, .errors = &said};
	if ((rc = vv_run_program(&run, &code, err)) < 0) return rc;
	vv_buf_reset(&out);
	if (code != 0 || vv_read_file(&out, sig_file, SIGNATURE_MAX, NULL) < 0 || out.len == 0) {
		return refused(program, &said, err);
	}
	put_unix(signature, &out);
	return vv_buf_ok(signature, err);
}

/* gpg.ssh.defaultKeyCommand prints the key, on its first line, where user.signingKey
 * does not; its words are split by sh, as git does. */
static vv_status ask_ssh_key(vv_repository *r, char **key, vv_error *err)
{
	vv_auto(char) *command = NULL;
	const char *argv[] = {"/bin/sh", "-c", NULL, NULL};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_status rc = vv_config_string(r, "gpg.ssh.defaultkeycommand", &command, err);
	int code;

	if (rc == VV_ENOTFOUND) {
		(void)vv_fail(err, VV_EUSAGE,
			      "a signature is wanted, but user.signingKey is not set");
		return vv_hint(err, "git config user.signingKey ~/.ssh/id_ed25519.pub");
	}
	argv[2] = command;
	if (rc < 0 || (rc = vv_program_run(r->env, argv, NULL, 0, &out, &code, err)) < 0) return rc;
	const char *text = vv_buf_cstr(&out);
	if (code != 0 || !is_literal_key(text)) {
		return vv_fail(err, VV_EREFUSED, "gpg.ssh.defaultKeyCommand gave no key");
	}
	*key = vv_strndup(text, strcspn(text, "\r\n"));
	return *key ? VV_OK : vv_fail_nomem(err);
}

/* --- which signer ------------------------------------------------------------------ */

typedef struct signer {
	const char *format, *key, *old_key, *program;
} signer;

static const signer signers[] = {
	{"openpgp", "gpg.openpgp.program", "gpg.program", "gpg"},
	{"x509", "gpg.x509.program", NULL, "gpgsm"},
	{"ssh", "gpg.ssh.program", NULL, "ssh-keygen"},
};

static vv_status choose(vv_repository *r, const signer **out, char **program, vv_error *err)
{
	vv_auto(char) *format = NULL;
	vv_status rc = vv_config_string(r, "gpg.format", &format, err);

	if (rc < 0 && rc != VV_ENOTFOUND) return rc;
	*out = NULL;
	for (size_t i = 0; i < sizeof(signers) / sizeof(signers[0]); i++) {
		if (strcmp(format ? format : "openpgp", signers[i].format) == 0) {
			*out = &signers[i];
		}
	}
	if (!*out) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "gpg.format is '%s', expected openpgp, ssh or x509",
			       vv_text_shows(format));
	}
	rc = vv_config_path(r, (*out)->key, program, err);
	if (rc == VV_ENOTFOUND && (*out)->old_key) {
		rc = vv_config_path(r, (*out)->old_key, program, err);
	}
	if (rc == VV_ENOTFOUND) {
		vv_error_clear(err);
		rc = (*program = vv_strdup((*out)->program)) ? VV_OK : vv_fail_nomem(err);
	}
	return rc;
}

vv_status vv_sign(vv_repository *r, const void *bytes, size_t len, const char *ident,
		  vv_buf *signature, vv_error *err)
{
	const signer *s = NULL;
	vv_auto(char) *program = NULL, *key = NULL;
	vv_status rc;

	if ((rc = choose(r, &s, &program, err)) < 0) return rc;
	bool ssh = strcmp(s->format, "ssh") == 0;
	rc = ssh ? vv_config_path(r, "user.signingkey", &key, err)
		 : vv_config_string(r, "user.signingkey", &key, err);
	if (rc == VV_ENOTFOUND) {
		vv_error_clear(err);
		rc = ssh                        ? ask_ssh_key(r, &key, err)
		     : (key = vv_strdup(ident)) ? VV_OK
						: vv_fail_nomem(err);
	}
	if (rc < 0) return rc;
	rc = ssh ? sign_ssh(r->env, program, key, bytes, len, signature, err)
		 : sign_gpg(r->env, program, key, bytes, len, signature, err);
	if (rc == VV_EPROGRAM) {
		(void)vv_hint(err, "install it, or name it in %s", s->key);
	}
	return rc;
}
