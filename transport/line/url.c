/*
 * url: parses the URL that a user or a configuration gives for another repository.
 *
 * Everything is checked here, once, so that later code need not: the result contains no control
 * character, does not begin with '-', and is safe in a command line or a request. The rules are in
 * docs/operate/serve.md.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/codec.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/line/url.h"

#define URL_MAX 4096u
#define HOST_MAX 255u

static const char path_hint[] = "write a folder of this machine as ./%s";

#define ROW(name, form, kind, tls, port, may) {name, form, kind, tls, port, may},
static const vv_url_scheme schemes[] = {VV_URL_SCHEMES(ROW)};
enum { SCHEMES = sizeof(schemes) / sizeof(schemes[0]) };

const vv_url_scheme *vv_url_scheme_of(const vv_url *u)
{
	const vv_url_scheme *s = vv_array_find(schemes, SCHEMES, it,
					       it->kind == u->kind && it->tls == u->tls);

	assert(s);
	return s;
}

/* Puts the names or the forms of the schemes whose uses contain `with` and not `without`: "file, ssh
 * and http". */
static void put_schemes(vv_buf *out, unsigned with, unsigned without, bool forms, const char *last)
{
	size_t left = 0, count = 0;

	vv_array_each(schemes, SCHEMES, s) {
		left += (s->may & with) == with && !(s->may & without);
	}
	vv_array_each(schemes, SCHEMES, s) {
		if ((s->may & with) != with || (s->may & without)) {
			continue;
		}
		left--;
		if (count++ > 0) {
			vv_buf_puts(out, left > 0 ? ", " : last);
		}
		vv_buf_puts(out, forms ? s->form : s->name);
	}
}

void vv_url_put_forms(vv_buf *out, unsigned use)
{
	put_schemes(out, use, 0, true, " or ");
}

/* Of "NAME://". */
static const vv_url_scheme *find_scheme(const char *name, size_t len)
{
	return vv_array_find(schemes, SCHEMES, s,
			     s->kind != VV_URL_RCLONE && strlen(s->name) == len &&
				     vv_ascii_compare(s->name, name, len) == 0);
}

/* Length of "name" in "name://", or 0. */
static size_t scheme_len(const char *text)
{
	size_t i = 0;

	if (!vv_is_alpha(text[0])) return 0;
	while (vv_is_alnum(text[i]) || (text[i] && strchr("+.-", text[i]))) {
		i++;
	}
	return strncmp(text + i, "://", 3) == 0 ? i : 0;
}

/* --- single characters --------------------------------------------------------------- */

/* No control character may be in it, neither as such nor percent-encoded. */
static vv_status check_text(const vv_url *out, const char *text, bool encoded, vv_error *err)
{
	for (const char *p = text; *p; p++) {
		if (vv_is_control(*p)) {
			return vv_fail(err, VV_EUSAGE, "the URL '%s' has a control character",
				       vv_text_shows(out->text));
		}
		if (!encoded || *p != '%') {
			continue;
		}
		int high = vv_hex_digit(p[1]);
		int low = high < 0 ? -1 : vv_hex_digit(p[2]);
		if (low < 0) {
			return vv_fail(err, VV_EUSAGE,
				       "the URL '%s' has a '%%' without two hex digits after it",
				       vv_text_shows(out->text));
		}
		if (vv_is_control((char)(high * 16 + low))) {
			return vv_fail(err, VV_EUSAGE,
				       "the URL '%s' has a control character, percent-encoded",
				       vv_text_shows(out->text));
		}
	}
	return VV_OK;
}

/* The percent-decoded copy; NULL when out of memory. check_text has seen the text. */
static char *decode_percent(const char *s, size_t len)
{
	vv_buf out = VV_BUF_INIT;

	if (!vv_percent_read(&out, s, len)) {
		vv_buf_fail(&out);
	}
	return vv_buf_detach(&out);
}

/* --- the parts ------------------------------------------------------------------------- */

static vv_status read_port(vv_url *out, const char *p, size_t len, vv_error *err)
{
	uint64_t port = 0;

	if (len == 0) {
		return VV_OK; /* "host:/path" is the usual one */
	}
	if (!vv_parse_u64(&port, p, len) || port == 0 || port > 65535) {
		return vv_fail(err, VV_EUSAGE,
			       "the URL '%s' has '%s' where a port (1 to 65535) belongs",
			       vv_text_shows(out->text), vv_text_show(p, len));
	}
	out->port = (unsigned)port;
	return VV_OK;
}

static bool is_ipv6(const char *p, size_t len)
{
	size_t colons = 0, i;

	for (i = 0; i < len && p[i] != '%'; i++) {
		if (p[i] == ':') {
			colons++;
		} else if (!vv_is_hex(p[i]) && p[i] != '.') {
			return false;
		}
	}
	for (; i < len; i++) { /* the zone: fe80::1%eth0 */
		if (!vv_is_alnum(p[i]) && !strchr("%._-", p[i])) return false;
	}
	return colons >= 2;
}

/* The '%' before a zone is written "%25" in a URL. */
static char *copy_address(const char *p, size_t len)
{
	const char *zone = memchr(p, '%', len);
	vv_buf b = VV_BUF_INIT;

	if (!zone || strncmp(zone, "%25", 3) != 0) return vv_strndup(p, len);
	vv_buf_put(&b, p, (size_t)(zone - p) + 1);
	vv_buf_put(&b, zone + 3, len - (size_t)(zone - p) - 3);
	return vv_buf_detach(&b);
}

static vv_status check_host(const vv_url *out, const char *p, size_t len, vv_error *err)
{
	if (len == 0) {
		return vv_fail(err, VV_EUSAGE, "the URL '%s' has no host",
			       vv_text_shows(out->text));
	}
	if (len > HOST_MAX) {
		return vv_fail(err, VV_EUSAGE,
			       "the host in the URL '%s' is longer than %u characters",
			       vv_text_shows(out->text), HOST_MAX);
	}
	if (p[0] == '-') {
		return vv_fail(err, VV_EUSAGE, "the host in the URL '%s' begins with '-'",
			       vv_text_shows(out->text));
	}
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)p[i] >= 0x80) {
			return vv_fail(err, VV_EUSAGE,
				       "the host in the URL '%s' has non-ASCII letters\nwrite the "
				       "host in its xn-- form",
				       vv_text_shows(out->text));
		}
		if (!vv_is_alnum(p[i]) && !strchr(".-_", p[i])) {
			return vv_fail(err, VV_EUSAGE, "the host in the URL '%s' has a '%c'",
				       vv_text_shows(out->text), p[i]);
		}
	}
	return VV_OK;
}

/* "host", "host:port", "[::1]", "[::1]:port" */
static vv_status read_host(vv_url *out, const char *p, size_t len, vv_error *err)
{
	const char *end = p + len, *host_end;
	vv_status rc;

	if (len > 0 && p[0] == '[') {
		host_end = memchr(p, ']', len);
		if (!host_end) {
			return vv_fail(err, VV_EUSAGE, "the URL '%s' has '[' without ']'",
				       vv_text_shows(out->text));
		}
		if (!is_ipv6(p + 1, (size_t)(host_end - p - 1)) ||
		    (host_end + 1 < end && host_end[1] != ':')) {
			return vv_fail(
				err, VV_EUSAGE,
				"the host in the URL '%s' is not [IPv6 address] or [IPv6 address]:port",
				vv_text_shows(out->text));
		}
		out->host = copy_address(p + 1, (size_t)(host_end - p - 1));
		host_end++;
	} else {
		host_end = memchr(p, ':', len);
		host_end = host_end ? host_end : end;
		if ((rc = check_host(out, p, (size_t)(host_end - p), err)) < 0) return rc;
		out->host = vv_strndup(p, (size_t)(host_end - p));
	}
	if (!out->host) return vv_fail_nomem(err);
	return host_end < end ? read_port(out, host_end + 1, (size_t)(end - host_end - 1), err)
			      : VV_OK;
}

static bool is_over_ssh(const vv_url *u)
{
	return u->kind == VV_URL_SSH || u->kind == VV_URL_SFTP;
}

/* A user of ssh ends up in a command line, one of http in a header. */
static vv_status check_user(const vv_url *out, vv_error *err)
{
	const char *user = out->user;

	if (!*user) {
		return vv_fail(err, VV_EUSAGE, "the URL '%s' has an empty user",
			       vv_text_shows(out->text));
	}
	if (user[0] == '-') {
		return vv_fail(err, VV_EUSAGE, "the user in the URL '%s' begins with '-'",
			       vv_text_shows(out->text));
	}
	for (const char *p = user; is_over_ssh(out) && *p; p++) {
		if (!vv_is_alnum(*p) && !strchr("._-+@\\~=", *p)) {
			return vv_fail(err, VV_EUSAGE, "the user in the URL '%s' has a '%s'",
				       vv_text_shows(out->text), vv_text_show(p, 1));
		}
	}
	return VV_OK;
}

static vv_status refuse_password(vv_error *err)
{
	return vv_fail(err, VV_EUSAGE,
		       "an ssh or sftp URL cannot contain a password\n"
		       "use a key, and ssh-agent for its passphrase");
}

static vv_status read_user(vv_url *out, const char *p, size_t len, vv_error *err)
{
	const char *colon = memchr(p, ':', len);
	size_t user_len = colon ? (size_t)(colon - p) : len;

	if (colon && is_over_ssh(out)) return refuse_password(err);
	out->user = decode_percent(p, user_len);
	out->secret = colon ? decode_percent(colon + 1, len - user_len - 1) : NULL;
	if (!out->user || (colon && !out->secret)) return vv_fail_nomem(err);
	return check_user(out, err);
}

/* "user:secret@host:port" */
static vv_status read_authority(vv_url *out, const char *p, size_t len, vv_error *err)
{
	const char *at = NULL;
	vv_status rc;

	for (size_t i = 0; i < len; i++) {
		at = p[i] == '@' ? p + i : at;
	}
	if (at && (rc = read_user(out, p, (size_t)(at - p), err)) < 0) return rc;
	return at ? read_host(out, at + 1, len - (size_t)(at + 1 - p), err)
		  : read_host(out, p, len, err);
}

/* --- paths --------------------------------------------------------------------------------- */

/* Checks a path for a shell on the other side. It is quoted there; characters that could end or
 * enter the quotes are refused nevertheless. */
static vv_status check_ssh_path(const vv_url *out, vv_error *err)
{
	const char *path = out->path, *bad = strpbrk(path, "'\"`$;\\|&<>");

	if (!*path) {
		return vv_fail(err, VV_EUSAGE, "the URL '%s' has no path",
			       vv_text_shows(out->text));
	}
	if (path[0] == '-') {
		return vv_fail(err, VV_EUSAGE, "the path in the URL '%s' begins with '-'",
			       vv_text_shows(out->text));
	}
	if (bad) {
		return vv_fail(err, VV_EUSAGE,
			       "the path in the URL '%s' has a %c, which a shell could misread",
			       vv_text_shows(out->text), *bad);
	}
	if (!vv_utf8_valid(path, strlen(path))) {
		return vv_fail(err, VV_EUSAGE, "the path in the URL '%s' is not UTF-8",
			       vv_text_shows(out->text));
	}
	if (path[0] == '~') {
		size_t n = 1 + strspn(path + 1,
				      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-");

		if (path[n] && path[n] != '/') {
			return vv_fail(err, VV_EUSAGE,
				       "the URL '%s' has no valid user name after its '~'",
				       vv_text_shows(out->text));
		}
	}
	return VV_OK;
}

/* Is a part of the path "." or "..", also percent-encoded? */
static bool has_dot_part(const char *path)
{
	while (*path) {
		size_t dots = 0;
		bool other = false;

		while (*path == '/') {
			path++;
		}
		for (; *path && *path != '/'; path++) {
			if (*path == '.') {
				dots++;
			} else if (vv_ascii_compare(path, "%2e", 3) == 0) {
				dots++;
				path += 2;
			} else {
				other = true;
			}
		}
		if (!other && (dots == 1 || dots == 2)) return true;
	}
	return false;
}

static vv_status read_http_path(vv_url *out, const char *p, vv_error *err)
{
	size_t len = strlen(p);
	const char *bad = strpbrk(p, "?#");

	if (bad) {
		return vv_fail(err, VV_EUSAGE, "the URL '%s' has a '%c', which is not allowed",
			       vv_text_shows(out->text), *bad);
	}
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)p[i] >= 0x80 || strchr(" \"<>\\^`{|}", p[i])) {
			return vv_fail(err, VV_EUSAGE,
				       "the URL '%s' has a '%s' in its path\n"
				       "write it percent-encoded (%%%02X)",
				       vv_text_shows(out->text), vv_text_show(p + i, 1),
				       (unsigned char)p[i]);
		}
	}
	if (has_dot_part(p)) {
		return vv_fail(err, VV_EUSAGE, "the URL '%s' has '.' or '..' as a part of its path",
			       vv_text_shows(out->text));
	}
	while (len > 0 && p[len - 1] == '/') {
		len--;
	}
	out->path = vv_strndup(p, len);
	return out->path ? VV_OK : vv_fail_nomem(err);
}

bool vv_url_is_behind_relay(const char *url)
{
	static const char begin[] = "relay+http";

	return strncmp(url, begin, strlen(begin)) == 0;
}

static vv_status wrong_relay(const vv_url *u, vv_error *err)
{
	const char *form = vv_url_scheme_of(u)->form;

	return vv_fail(err, VV_EUSAGE, "the URL '%s' has no key of a machine\nwrite it as %s",
		       vv_text_url(u->text), form);
}

vv_status vv_url_read_relay(uint8_t key[VV_KEY_PUBLIC], char **name, const vv_url *u, vv_error *err)
{
	const char *word = u->path ? u->path : "";

	*name = NULL;
	if (u->kind != VV_URL_RELAY) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not the address of a machine at a relay",
			       vv_text_shows(u->text));
	}
	word += *word == '/';
	word += strncmp(word, "did:key:", VV_DID_KEY) == 0 ? VV_DID_KEY : 0;
	const size_t len = strcspn(word, "/");
	const char *rest = word[len] ? word + len + 1 : "";
	if (!vv_did_key_read(key, word, len) || strchr(rest, '/')) return wrong_relay(u, err);
	*name = decode_percent(rest, strlen(rest));
	return *name ? VV_OK : vv_fail_nomem(err);
}

static vv_status read_relay_path(vv_url *out, const char *p, vv_error *err)
{
	vv_auto(char) *name = NULL;
	uint8_t key[VV_KEY_PUBLIC];
	vv_status rc = read_http_path(out, p, err);

	if (rc == VV_OK && out->user) {
		return vv_fail(err, VV_EUSAGE,
			       "the URL '%s' has a user: this machine's key logs in",
			       vv_text_shows(out->text));
	}
	return rc < 0 ? rc : vv_url_read_relay(key, &name, out, err);
}

/* "/prefix?query" behind a bucket. */
static vv_status read_s3_path(vv_url *out, const char *p, vv_error *err)
{
	const size_t len = strcspn(p, "?");
	vv_auto(char) *path = NULL;

	if (out->user) {
		return vv_fail(err, VV_EUSAGE,
			       "an s3 URL cannot contain keys\nset AWS_ACCESS_KEY_ID and "
			       "AWS_SECRET_ACCESS_KEY, or write them to ~/.aws/credentials");
	}
	if (out->port > 0) {
		return vv_fail(err, VV_EUSAGE,
			       "the URL '%s' has a port after a bucket\nwrite the address of "
			       "another store as s3://bucket?endpoint=https://host:port",
			       vv_text_shows(out->text));
	}
	if (!(path = vv_strndup(p, len))) return vv_fail_nomem(err);
	vv_status rc = read_http_path(out, path, err);
	if (rc == VV_OK && p[len]) {
		out->query = vv_strdup(p + len + 1);
		rc = out->query ? VV_OK : vv_fail_nomem(err);
	}
	return rc;
}

static vv_status read_plain_path(vv_url *out, const char *text, vv_error *err)
{
	if (text[0] == '-') {
		(void)vv_fail(err, VV_EUSAGE, "the path '%s' begins with '-'",
			      vv_text_shows(out->text));
		return vv_hint(err, path_hint, vv_text_shows(out->text));
	}
	out->kind = VV_URL_PATH;
	out->path = vv_strdup(text);
	return out->path ? VV_OK : vv_fail_nomem(err);
}

/* --- the three forms -------------------------------------------------------------------------- */

static vv_status read_file_url(vv_url *out, const char *rest, vv_error *err)
{
	size_t len = strcspn(rest, "/");

	if (len > 0 && !(len == 9 && vv_ascii_compare(rest, "localhost", 9) == 0)) {
		return vv_fail(err, VV_EUSAGE,
			       "the URL '%s' has a host\nwrite three slashes: file:///folder; use "
			       "ssh:// for another machine",
			       vv_text_shows(out->text));
	}
	if (!rest[len]) {
		return vv_fail(err, VV_EUSAGE, "the URL '%s' has no path",
			       vv_text_shows(out->text));
	}
	const char *path = rest + len;
	path += vv_path_is_absolute(path + 1) && path[1] != '/'; /* Windows: file:///C:/tables */
	out->path = decode_percent(path, strlen(path));
	return out->path ? VV_OK : vv_fail_nomem(err);
}

static vv_status refuse_scheme(const char *name, size_t len, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_puts(&b, "repositories can be at ");
	put_schemes(&b, 0, VV_URL_IS_PLACE, false, " and ");
	vv_buf_puts(&b, "; blocks also at ");
	put_schemes(&b, VV_URL_IS_PLACE, 0, false, " and ");
	if (b.failed) return vv_fail_nomem(err);
	return vv_fail(err, VV_EUSAGE, "varve does not support '%s://'\n%s",
		       vv_text_show(name, len), vv_buf_cstr(&b));
}

static vv_status read_scheme_url(vv_url *out, const char *text, size_t len, vv_error *err)
{
	const vv_url_scheme *s = find_scheme(text, len);
	const char *rest = text + len + 3;
	vv_status rc;

	if (!s) return refuse_scheme(text, len, err);
	out->kind = s->kind;
	out->tls = s->tls;
	if ((rc = check_text(out, text, true, err)) < 0) return rc;
	if (s->kind == VV_URL_PATH) return read_file_url(out, rest, err);
	const char *path = rest + strcspn(rest, "/?#");
	if ((rc = read_authority(out, rest, (size_t)(path - rest), err)) < 0) return rc;
	if (s->kind == VV_URL_S3) return read_s3_path(out, path, err);
	if (s->kind == VV_URL_RELAY) return read_relay_path(out, path, err);
	if (!is_over_ssh(out)) return read_http_path(out, path, err);
	path += strncmp(path, "/~", 2) == 0 ? 1 : 0;
	out->path = decode_percent(path, strlen(path));
	return out->path ? check_ssh_path(out, err) : vv_fail_nomem(err);
}

/* Where "user@host:path" has its colon: before any '/', after a bracketed address. */
static const char *host_colon(const char *text)
{
	const char *p = text, *at = strchr(text, '@');
	size_t slash = strcspn(text, "/");

	if (vv_path_is_absolute(text)) return NULL; /* Windows: C:/tables */

	if (at && (size_t)(at - text) < slash && at[1] == '[') {
		p = at + 1;
	}
	if (*p == '[') {
		p = strchr(p, ']');
		return p && p[1] == ':' ? p + 1 : NULL;
	}
	p = memchr(text, ':', slash);
	return p;
}

static bool has_colon(const char *part)
{
	return memchr(part, ':', strcspn(part, "/")) != NULL;
}

static vv_status read_short_url(vv_url *out, const char *text, const char *colon, vv_error *err)
{
	size_t len = (size_t)(colon - text);
	const char *host = text;
	vv_status rc;

	if (colon[1] == ':') {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' would run a helper program, which varve does "
			       "not support",
			       vv_text_shows(out->text));
	}
	const char *at = memchr(colon, '@', strcspn(colon, "/"));
	if (at && has_colon(at)) { /* "user:secret@host:path" */
		return refuse_password(err);
	}
	if (find_scheme(text, len)) {
		return vv_fail(err, VV_EUSAGE,
			       "the URL '%s' lacks slashes\n"
			       "write %s://...",
			       vv_text_shows(out->text), vv_text_show(text, len));
	}
	out->kind = VV_URL_SSH;
	if ((at = memchr(text, '@', len)) != NULL) {
		out->user = vv_strndup(text, (size_t)(at - text));
		if (!out->user) return vv_fail_nomem(err);
		if (strchr(out->user, ':')) return read_user(out, text, (size_t)(at - text), err);
		if ((rc = check_user(out, err)) < 0) return rc;
		host = at + 1;
	}
	len = (size_t)(colon - host);
	if (len > 2 && host[0] == '[' && !is_ipv6(host + 1, len - 2)) { /* "[host:port]:path" */
		host++;
		len -= 2;
	}
	if ((rc = read_host(out, host, len, err)) < 0) return rc;
	out->path = vv_strdup(colon + 1);
	return out->path ? check_ssh_path(out, err) : vv_fail_nomem(err);
}

/* "rclone:" and a remote that its configuration names, or ":kind:" of one without settings. */
static vv_status read_rclone(vv_url *out, const char *path, vv_error *err)
{
	const char *colon = *path ? strchr(path + 1, ':') : NULL;
	const size_t len = colon ? (size_t)(colon - path) : 0;

	if (len == 0 || *path == '-' || memchr(path, '/', len)) {
		return vv_fail(err, VV_EUSAGE,
			       "the URL '%s' has no rclone remote\nwrite rclone:REMOTE:PATH; "
			       "'rclone listremotes' lists the remotes",
			       vv_text_shows(out->text));
	}
	if (memchr(path, ',', len)) { /* they may be secrets, and would be in messages */
		return vv_fail(err, VV_EUSAGE,
			       "an rclone URL cannot contain settings\n"
			       "give the remote a name with 'rclone config'");
	}
	out->kind = VV_URL_RCLONE;
	out->path = vv_strdup(path);
	return out->path ? VV_OK : vv_fail_nomem(err);
}

/* The text without a password, for messages. */
static char *shown_text(const char *text)
{
	vv_buf b = VV_BUF_INIT;

	vv_text_put_url(&b, text);
	return vv_buf_detach(&b);
}

static vv_status read_any(vv_url *out, const char *text, vv_error *err)
{
	vv_status rc = check_text(out, text, false, err);
	size_t len;

	if (rc < 0) return rc;
	if ((len = scheme_len(text)) > 0) return read_scheme_url(out, text, len, err);
	if (strncmp(text, "rclone:", 7) == 0) return read_rclone(out, text + 7, err);
	const char *colon = host_colon(text);
	return colon ? read_short_url(out, text, colon, err) : read_plain_path(out, text, err);
}

vv_status vv_url_read(vv_url *out, const char *text, vv_error *err)
{
	memset(out, 0, sizeof(*out));
	if (!*text) return vv_fail(err, VV_EUSAGE, "the URL is empty");
	if (strlen(text) > URL_MAX) {
		return vv_fail(err, VV_EUSAGE, "the URL is longer than %u characters", URL_MAX);
	}
	out->text = shown_text(text);
	vv_status rc = out->text ? read_any(out, text, err) : vv_fail_nomem(err);
	if (rc < 0) {
		vv_url_clear(out);
	}
	return rc;
}

static bool is_query(const char *text)
{
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f ||
		    strchr("\"<>#\\", *p)) {
			return false;
		}
	}
	return true;
}

vv_status vv_url_read_file(vv_url *out, const char *text, vv_error *err)
{
	const char *query = strchr(text, '?');
	vv_auto(char) *front = vv_strndup(text, query ? (size_t)(query - text) : strlen(text));
	vv_status rc = front ? vv_url_read(out, front, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	if (out->kind != VV_URL_HTTP) {
		rc = vv_fail(err, VV_EUSAGE,
			     out->kind == VV_URL_PATH
				     ? "'%s' is neither an existing file nor the URL of a file"
				     : "'%s' is not the URL of a file at a web server",
			     vv_text_shows(out->text));
	} else if (query && (strlen(query) > URL_MAX || !is_query(query))) {
		rc = vv_fail(err, VV_EUSAGE,
			     "the part after '?' in the URL '%s' is too long, or is not "
			     "percent-encoded",
			     vv_text_shows(out->text));
	} else if (query && !(out->query = vv_strdup(query + 1))) {
		rc = vv_fail_nomem(err);
	}
	if (rc < 0) {
		vv_url_clear(out);
	}
	return rc;
}

void vv_url_clear(vv_url *u)
{
	if (u->secret) {
		vv_wipe(u->secret, strlen(u->secret));
	}
	vv_free_all(u->text, u->user, u->secret, u->host, u->path, u->query);
	memset(u, 0, sizeof(*u));
}
