/*
 * dvc_remote: knows DVC's settings, the names of its files in a remote, and how DVC 2 hashed text.
 */
#include "lib/clone/dvc_remote.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/codec.h"
#include "base/env.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/block_peers.h"
#include "lib/remotes/transfer.h"
#include "transport/line/url.h"
#include "transport/places/folder_place.h"
#include "transport/places/s3_place.h"
#include "transport/places/sftp_place.h"
#include "transport/places/web_place.h"

#define CONFIG_MAX ((size_t)1 << 20)
#define PIECE ((uint64_t)8 << 20)
#define HASH_PIECE ((size_t)1 << 20) /* DVC 2 judged and hashed text by these */
#define HASH_LOOK 512u

struct vv_dvc_remote {
	vv_transfer t;
	vv_place place;
	char *url;
};

/* --- settings --- */

typedef struct settings {
	char *name; /* of the remote */
	char *url;
	bool own;           /* the user's own settings have the url */
	const char *wanted; /* NULL: the name is looked for, else the URL of this remote */
} settings;

static void settings_clear(settings *s)
{
	vv_free(s->name);
	vv_free(s->url);
}
VV_AUTO_CLEAR(settings, settings_clear)

static vv_status set(char **at, const char *text, size_t len, vv_error *err)
{
	vv_free(*at);
	*at = vv_strndup(text, len);
	return *at ? VV_OK : vv_fail_nomem(err);
}

/* ['remote "NAME"'], also without the outer quotes. */
static bool is_section(const char *line, size_t len, const char *name)
{
	vv_auto(vv_buf) a = VV_BUF_INIT, b = VV_BUF_INIT;

	vv_buf_printf(&a, "['remote \"%s\"']", name);
	vv_buf_printf(&b, "[remote \"%s\"]", name);
	return (a.len == len && memcmp(a.data, line, len) == 0) ||
	       (b.len == len && memcmp(b.data, line, len) == 0);
}

/* "key = value", without blanks around and quotes. */
static bool is_key(const char *line, size_t len, const char *key, const char **value, size_t *n)
{
	const size_t k = strlen(key);
	const char *p = line + k, *end = line + len;

	if (len < k || memcmp(line, key, k) != 0) return false;
	for (; p < end && *p == ' '; p++) {
	}
	if (p == end || *p++ != '=') return false;
	for (; p < end && *p == ' '; p++) {
	}
	if (end - p >= 2 && (*p == '"' || *p == '\'') && end[-1] == *p) {
		p++;
		end--;
	}
	*value = p;
	*n = (size_t)(end - p);
	return *n > 0;
}

/* A URL without a scheme is a path, from the file's folder. */
static vv_status take_url(settings *s, const char *value, size_t n, const char *file, bool own,
			  vv_error *err)
{
	vv_status rc = set(&s->url, value, n, err);

	s->own = own;
	if (rc < 0 || strstr(s->url, "://")) return rc;
	vv_auto(char) *folder = vv_path_dir(file);
	char *path = folder ? vv_path_absolute(folder, s->url) : NULL;

	vv_free(s->url);
	s->url = path;
	return path ? VV_OK : vv_fail_nomem(err);
}

static vv_status read_file(settings *s, const char *file, bool own, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	bool in = false;
	vv_status rc;

	if (!vv_exists(file)) return VV_OK;
	if ((rc = vv_read_regular(&text, file, CONFIG_MAX, err)) < 0) return rc;
	for (const char *p = vv_buf_cstr(&text), *end = p + text.len, *next; p < end && rc == VV_OK;
	     p = next) {
		const char *eol = memchr(p, '\n', (size_t)(end - p)), *value;
		size_t len = (size_t)((eol ? eol : end) - p), n;

		next = eol ? eol + 1 : end;
		for (; len > 0 && strchr(" \t", *p); p++) {
			len--;
		}
		for (; len > 0 && strchr(" \t\r", p[len - 1]);) {
			len--;
		}
		if (len > 0 && *p == '[') {
			in = s->wanted ? is_section(p, len, s->wanted)
				       : len == 6 && memcmp(p, "[core]", 6) == 0;
		} else if (in && !s->wanted && is_key(p, len, "remote", &value, &n)) {
			rc = set(&s->name, value, n, err);
		} else if (in && s->wanted && is_key(p, len, "url", &value, &n)) {
			rc = take_url(s, value, n, file, own, err);
		}
	}
	return rc;
}

/* The files in their order, of which later ones win. */
static vv_status read_files(settings *s, vv_repository *r, const char *folder, vv_error *err)
{
	const vv_env *env = vv_repository_env(r);
	const char *xdg = vv_env_get(env, "XDG_CONFIG_HOME"), *home = vv_env_get(env, "HOME");
	vv_auto(char) *user = xdg && *xdg ? vv_path_join(xdg, "dvc", "config", (char *)NULL)
			      : home ? vv_path_join(home, ".config", "dvc", "config", (char *)NULL)
				     : NULL;
	vv_auto(char) *top = vv_repository_file(r, folder);
	vv_auto(char) *here = top ? vv_path_join(top, ".dvc", "config", (char *)NULL) : NULL;
	vv_auto(char) *local = top ? vv_path_join(top, ".dvc", "config.local", (char *)NULL) : NULL;
	vv_status rc;

	if (!here || !local) return vv_fail_nomem(err);
	if (user && (rc = read_file(s, user, true, err)) < 0) return rc;
	rc = read_file(s, here, false, err);
	return rc < 0 ? rc : read_file(s, local, true, err);
}

/* --- opening it --- */

static vv_status check_trust(vv_dvc_remote *d, const settings *s, const char *url, vv_error *err)
{
	const vv_remote none = {.url = ""};
	vv_auto(vv_buf) site = VV_BUF_INIT;
	bool yes = true;
	vv_status rc = vv_block_peer_site(&site, url, err);

	if (rc < 0 || site.len == 0 || s->own) return rc;
	rc = vv_block_peer_is_trusted(&d->t, &none, url, &yes, err);
	if (rc < 0 || yes) return rc;
	vv_fail(err, VV_EREFUSED, "DVC's remote '%s', which .dvc/config names, is not trusted",
		vv_text_url(url));
	return vv_hint(err, "git config --global --add varve.trustedHost %s", site.data);
}

static vv_status open_place(vv_dvc_remote *d, const settings *s, const char *url, vv_error *err)
{
	const vv_place_facts facts = {.mark = NULL};
	vv_auto(vv_url) u = {.text = NULL};
	vv_status rc = vv_url_read(&u, url, err);

	if (rc < 0 || (rc = check_trust(d, s, url, err)) < 0) return rc;
	switch (u.kind) {
	case VV_URL_PATH:
		return vv_folder_place_open(&d->place, u.path, &facts, false, err);
	case VV_URL_SFTP:
		return vv_sftp_place_open(&d->place, &u, &facts, &d->t.connect, false, err);
	case VV_URL_S3:
		return vv_s3_place_open(&d->place, &u, &facts, &d->t.connect, false, err);
	case VV_URL_HTTP:
		return vv_web_place_open(&d->place, &u, &facts, &d->t.connect, err);
	default:
		vv_fail(err, VV_ENOSUPPORT,
			"DVC's remote '%s' is of a kind that varve does not read", u.text);
		return vv_hint(err, "'dvc fetch --all-commits --all-branches --all-tags' brings "
				    "all into .dvc/cache");
	}
}

vv_status vv_dvc_remote_open(vv_dvc_remote **out, vv_repository *r, const char *folder,
			     vv_error *err)
{
	vv_auto(settings) s = {.name = NULL};
	vv_auto(vv_dvc_remote) *d = vv_calloc(1, sizeof(*d));
	vv_auto(vv_buf) url = VV_BUF_INIT;
	vv_status rc;

	*out = NULL;
	if (!d) return vv_fail_nomem(err);
	if ((rc = read_files(&s, r, folder, err)) < 0) return rc;
	if (!s.name) return vv_fail(err, VV_ENOTFOUND, "DVC's settings name no remote");
	s.wanted = s.name;
	if ((rc = read_files(&s, r, folder, err)) < 0) return rc;
	if (!s.url) {
		return vv_fail(err, VV_ENOTFOUND, "DVC's settings have no url of the remote '%s'",
			       vv_text_shows(s.name));
	}
	if (strncmp(s.url, "ssh://", 6) == 0) { /* by SFTP */
		vv_buf_printf(&url, "sftp://%s", s.url + 6);
	} else {
		vv_buf_puts(&url, s.url);
	}
	if (!(d->url = vv_strdup(s.url)) || url.failed) return vv_fail_nomem(err);
	if ((rc = vv_transfer_open(&d->t, r, vv_repository_notes(r), true, 0, err)) < 0 ||
	    (rc = open_place(d, &s, url.data, err)) < 0) {
		return rc;
	}
	*out = vv_take(&d);
	return VV_OK;
}

void vv_dvc_remote_close(vv_dvc_remote *d)
{
	if (!d) return;
	vv_place_close(&d->place);
	if (d->t.repo) {
		vv_transfer_close(&d->t);
	}
	vv_free(d->url);
	vv_free(d);
}

/* --- files --- */

/* As DVC 2 judged a piece by its beginning: no NUL, and at most 30 of 100 bytes that no text has. */
static bool is_text(const char *bytes, size_t len)
{
	size_t odd = 0, n = len < HASH_LOOK ? len : HASH_LOOK;

	for (size_t i = 0; i < n; i++) {
		const unsigned char c = (unsigned char)bytes[i];

		if (c == 0) return false;
		odd += !((c >= 32 && c < 127) || (c >= 7 && c <= 13 && c != 11) || c == 27 ||
			 c >= 128);
	}
	return n == 0 || odd * 10 <= n * 3;
}

/* text: with LF in the place of CRLF, as DVC 2. */
static vv_status md5_of(char out[VV_MD5_TEXT + 1], int fd, const char *file, bool text,
			vv_error *err)
{
	vv_auto(vv_digest) *d = NULL;
	vv_auto(char) *piece = vv_malloc(HASH_PIECE);
	uint8_t digest[VV_MD5_LEN];
	uint64_t at = 0;
	ssize_t n = 0;
	vv_status rc = piece ? vv_digest_new(&d, VV_DIGEST_MD5, err) : vv_fail_nomem(err);

	while (rc == VV_OK && (n = vv_pread_full(fd, piece, HASH_PIECE, at, file, err)) > 0) {
		size_t len = (size_t)n;

		at += len;
		if (text && is_text(piece, len)) {
			size_t to = 0;

			for (size_t i = 0; i < len; i++) {
				if (piece[i] != '\r' || i + 1 == len || piece[i + 1] != '\n') {
					piece[to++] = piece[i];
				}
			}
			len = to;
		}
		rc = vv_digest_update(d, piece, len, err);
	}
	if (n < 0) return (vv_status)n;
	if (rc < 0 || (rc = vv_digest_end(d, digest, err)) < 0) return rc;
	vv_hex_write(out, digest, VV_MD5_LEN);
	out[VV_MD5_TEXT] = '\0';
	return VV_OK;
}

static vv_status check_md5(vv_dvc_remote *d, const vv_dvc_out *o, int fd, const char *temp,
			   vv_error *err)
{
	char is[VV_MD5_TEXT + 1];
	vv_status rc = md5_of(is, fd, temp, false, err);

	if (rc == VV_OK && o->text && strcmp(is, o->md5) != 0) {
		rc = md5_of(is, fd, temp, true, err);
	}
	return rc < 0 || strcmp(is, o->md5) == 0
		       ? rc
		       : vv_fail(err, VV_ECORRUPT, "the file %.12s in '%s' is damaged", o->md5,
				 vv_text_url(d->url));
}

static vv_status copy(vv_dvc_remote *d, const char *name, int fd, const char *temp, vv_error *err)
{
	vv_status rc;

	for (uint64_t at = 0;; at += PIECE) {
		vv_auto(vv_buf) piece = VV_BUF_INIT;

		if ((rc = vv_place_get(&d->place, name, at, PIECE, &piece, err)) < 0 ||
		    (rc = vv_write_full(fd, vv_buf_cstr(&piece), piece.len, temp, err)) < 0 ||
		    piece.len < PIECE) {
			return rc;
		}
	}
}

/* DVC 3 and DVC 2 have names of their own. */
static vv_status copy_any(vv_dvc_remote *d, const vv_dvc_out *o, int fd, const char *temp,
			  vv_error *err)
{
	char name[VV_MD5_TEXT + 32];
	vv_status rc = VV_ENOTFOUND;

	for (int i = 0; i < 2 && rc == VV_ENOTFOUND; i++) {
		(void)snprintf(name, sizeof(name), "%s%.2s/%s%s",
			       (i == 0) == o->text ? "" : "files/md5/", o->md5, o->md5 + 2,
			       o->folder ? ".dir" : "");
		rc = copy(d, name, fd, temp, err);
	}
	return rc == VV_ENOTFOUND ? vv_fail(err, VV_EMISSING, "'%s' has no file %.12s",
					    vv_text_url(d->url), o->md5)
				  : rc;
}

vv_status vv_dvc_remote_get(vv_dvc_remote *d, const vv_dvc_out *o, const char *file, vv_error *err)
{
	vv_auto(char) *folder = vv_path_dir(file);
	vv_auto(char) *temp = NULL;
	vv_status rc = folder ? vv_mkdirs(folder, err) : vv_fail_nomem(err);
	int fd;

	if (rc < 0) return rc;
	if ((fd = vv_temp_open(&temp, folder, ".varve-", err)) < 0) return (vv_status)fd;
	if ((rc = copy_any(d, o, fd, temp, err)) == VV_OK) {
		rc = check_md5(d, o, fd, temp, err);
	}
	if (vv_close(fd, temp, rc < 0 ? NULL : err) < 0 && rc == VV_OK) {
		rc = err->code;
	}
	rc = rc < 0 ? rc : vv_rename(temp, file, err);
	if (rc < 0) {
		vv_unlink(temp, true, NULL);
	}
	return rc;
}
