/*
 * ssh2_host: is the host at the other end the one that is meant?
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/line/known_hosts.h"
#include "transport/line/ssh2.h"

static const char *const known_types[] = {"ssh-ed25519", "ecdsa-sha2-nistp256",
					  "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"};
#define KNOWN_TYPES (sizeof(known_types) / sizeof(known_types[0]))

static vv_status read_known(vv_known_hosts **out, const vv_ssh2 *s, vv_error *err)
{
	vv_known_hosts *k = vv_known_hosts_new(s->config->host, s->config->port);
	vv_status rc = k ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < 4; i++) {
		if (s->config->known_hosts[i]) {
			rc = vv_known_hosts_file(k, s->config->known_hosts[i], err);
		}
	}
	if (rc < 0) {
		vv_known_hosts_free(k);
		k = NULL;
	}
	*out = k;
	return rc;
}

/* Only a key of a type that is known can be compared, so only such a one is asked for. */
vv_status vv_ssh2_host_types(char **types, vv_ssh2 *s, vv_error *err)
{
	vv_known_hosts *k;
	vv_buf known = VV_BUF_INIT, all = VV_BUF_INIT;
	vv_status rc = read_known(&k, s, err);

	*types = NULL;
	if (rc < 0) {
		return rc;
	}
	for (size_t i = 0; i < KNOWN_TYPES; i++) {
		vv_buf_printf(&all, "%s%s", i > 0 ? "," : "", known_types[i]);
		if (vv_known_hosts_has(k, known_types[i])) {
			vv_buf_printf(&known, "%s%s", known.len > 0 ? "," : "", known_types[i]);
		}
	}
	if (vv_known_hosts_has_authority(k) || (known.len == 0 && vv_known_hosts_has(k, NULL))) {
		s->other = true;
		(void)vv_fail(err, VV_ENOSUPPORT,
			      "what known_hosts has for '%s' (an RSA key or a certificate "
			      "authority) cannot be checked by libssh2",
			      vv_text_shows(s->config->host));
		rc = vv_hint(err, "install the ssh program, or learn the host's ed25519 key");
	} else if ((rc = vv_buf_ok(&known, err)) == VV_OK && (rc = vv_buf_ok(&all, err)) == VV_OK) {
		*types = vv_buf_detach(known.len > 0 ? &known : &all);
		rc = *types ? VV_OK : vv_fail_nomem(err);
	}
	vv_buf_clear(&known);
	vv_buf_clear(&all);
	vv_known_hosts_free(k);
	return rc;
}

/* "ED25519" for "ssh-ed25519", as ssh calls it. */
static const char *short_type(const char *type, size_t len)
{
	if (len == 11 && memcmp(type, "ssh-ed25519", 11) == 0) {
		return "ED25519";
	}
	return len > 6 && memcmp(type, "ecdsa-", 6) == 0 ? "ECDSA" : "RSA";
}

/* --- an unknown host -------------------------------------------------------------------- */

static vv_status remember(const vv_ssh2 *s, const vv_known_hosts *k, const void *key, size_t len,
			  vv_error *err)
{
	const char *path = s->config->known_hosts[0];
	vv_buf line = VV_BUF_INIT;
	char *dir = vv_path_dir(path);
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
		vv_status closed = vv_close(fd, path, rc == VV_OK ? err : NULL);

		rc = rc == VV_OK ? closed : rc;
	}
	vv_buf_clear(&line);
	vv_free(dir);
	return rc;
}

static vv_status ask_whether(const vv_ssh2 *s, const char *type, const char *fingerprint, bool *yes,
			     vv_error *err)
{
	vv_buf prompt = VV_BUF_INIT, answer = VV_BUF_INIT;
	vv_status rc;

	*yes = false;
	vv_buf_printf(&prompt,
		      "The host '%s' is not known; its %s key has the fingerprint %s. Connect, and "
		      "remember it (yes/no)? ",
		      s->config->host, type, fingerprint);
	if ((rc = vv_buf_ok(&prompt, err)) == VV_OK) {
		rc = s->options->ask(s->options->payload, prompt.data, true, &answer, err);
		rc = rc == VV_EREFUSED ? VV_OK : rc; /* nobody is there: no answer is no "yes" */
	}
	if (rc == VV_OK) {
		const char *text = vv_buf_cstr(&answer);

		*yes = strcmp(text, "yes") == 0 || strcmp(text, "yes\n") == 0 ||
		       strcmp(text, fingerprint) == 0;
	}
	vv_buf_clear(&prompt);
	vv_buf_clear(&answer);
	return rc;
}

static vv_status meet_unknown(const vv_ssh2 *s, const vv_known_hosts *k, const void *key,
			      size_t len, const char *type, const char *fingerprint, vv_error *err)
{
	const vv_ssh_config *c = s->config;
	bool yes = false;
	vv_status rc = VV_OK;

	if (s->options->ask) {
		rc = ask_whether(s, type, fingerprint, &yes, err);
	}
	if (rc < 0 || yes) {
		return rc < 0 ? rc : remember(s, k, key, len, err);
	}
	(void)vv_fail(err, VV_EREFUSED,
		      "the host '%s' is not known; its %s key has the fingerprint %s",
		      vv_text_shows(c->host), type, fingerprint);
	return vv_hint(
		err,
		"compare that with the host's own; if it is the same: ssh-keyscan -p %u -t %s %s "
		">> %s",
		c->port, type[0] == 'E' && type[1] == 'D' ? "ed25519" : "ecdsa",
		vv_text_shows(c->host), c->known_hosts[0]);
}

/* --- the check --------------------------------------------------------------------------------- */

static vv_status refuse(const vv_ssh2 *s, const vv_known_hosts *k, vv_known known,
			const char *fingerprint, const char *file, unsigned line, vv_error *err)
{
	const char *host = vv_text_shows(s->config->host);

	if (known == VV_KNOWN_REVOKED) {
		(void)vv_fail(err, VV_EREFUSED,
			      "the host key of '%s' (%s) is marked as revoked in %s, line %u", host,
			      fingerprint, file, line);
		return vv_hint(err, "whoever answers there may be somebody else: ask its owner");
	}
	(void)vv_fail(
		err, VV_EREFUSED,
		"the host key of '%s' is not the one that is known: it shows %s, and %s, line "
		"%u, has another",
		host, fingerprint, file, line);
	return vv_hint(err,
		       "somebody may be in between; only if the change was announced to you: "
		       "ssh-keygen -R '%s' -f %s",
		       vv_known_hosts_name(k), file);
}

vv_status vv_ssh2_host_check(vv_ssh2 *s, vv_error *err)
{
	size_t len = 0, type_len = 0;
	int ignored;
	const char *key = libssh2_session_hostkey(s->session, &len, &ignored);
	const char *type = key ? vv_host_key_type(key, len, &type_len) : NULL, *file;
	vv_buf fingerprint = VV_BUF_INIT;
	vv_known_hosts *k = NULL;
	unsigned line;
	vv_known known;
	vv_status rc;

	if (!type) {
		return vv_fail(err, VV_EREFUSED, "'%s' shows a host key that cannot be read",
			       vv_text_shows(s->config->host));
	}
	if ((rc = read_known(&k, s, err)) < 0 ||
	    (rc = vv_host_key_fingerprint(&fingerprint, key, len, err)) < 0) {
		goto done;
	}
	known = vv_known_hosts_check(k, key, len, &file, &line);
	if (known == VV_KNOWN_NOT) {
		rc = meet_unknown(s, k, key, len, short_type(type, type_len), fingerprint.data,
				  err);
	} else if (known != VV_KNOWN_YES) {
		rc = refuse(s, k, known, fingerprint.data, file, line, err);
	}
done:
	vv_buf_clear(&fingerprint);
	vv_known_hosts_free(k);
	return rc;
}
