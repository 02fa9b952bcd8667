/*
 * named: the words of a TXT record, and the user's places of repositories.
 */
#include "lib/heads/named.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/heads/head.h"
#include "lib/remotes/remote.h"
#include "repo/git/config.h"
#include "transport/line/txt.h"
#include "transport/line/url.h"

#define FIRST "varve1"
#define DNS "dns:"
#define MIRROR "varve.mirror"
#define DOMAIN_MAX 253u /* RFC 1035 */

void vv_named_clear(vv_named *n)
{
	vv_buf_clear(&n->mirrors);
}

const char *vv_named_mirror(const vv_named *n, const char *url)
{
	const char *next = url ? url + strlen(url) + 1 : n->mirrors.data;

	return n->mirrors.len > 0 && next < n->mirrors.data + n->mirrors.len ? next : NULL;
}

bool vv_named_has(const vv_named *n, const char *url)
{
	const char *u = NULL;

	while ((u = vv_named_mirror(n, u)) && strcmp(u, url) != 0) {
	}
	return u != NULL;
}

/* No path of this machine, and no program that the URL chooses: who names a mirror is a stranger. */
static bool put_mirror(vv_named *n, const char *url, size_t len)
{
	vv_auto(vv_buf) text = VV_BUF_FOR(&n->mirrors);
	vv_auto(vv_url) u = {.kind = VV_URL_PATH};

	vv_buf_put(&text, url, len);
	if (text.failed || strlen(vv_buf_cstr(&text)) != len || len > VV_HEAD_URL_MAX ||
	    vv_url_read(&u, vv_buf_cstr(&text), VV_IGNORED) < 0 ||
	    (u.kind != VV_URL_HTTP && u.kind != VV_URL_RELAY)) {
		return false;
	}
	vv_buf_put(&n->mirrors, text.data, len + 1);
	return true;
}

static bool take_word(const char *word, size_t len, const char *what, const char **value,
		      size_t *left)
{
	const size_t n = strlen(what);

	if (len < n || memcmp(word, what, n) != 0) return false;
	*value = word + n;
	*left = len - n;
	return true;
}

static vv_status wrong_word(const char *word, size_t len, const char *expected, vv_error *err)
{
	return vv_fail(err, VV_EINPUT, "its TXT record has '%s', expected %s",
		       vv_text_show(word, len), expected);
}

vv_status vv_named_read(vv_named *out, const char *text, vv_error *err)
{
	bool has_key = false;
	size_t len = strcspn(text, " "), n;
	const char *v;

	if (len != strlen(FIRST) || memcmp(text, FIRST, len) != 0) {
		return vv_fail(err, VV_ENOTFOUND, "its TXT record does not begin with '" FIRST "'");
	}
	out->name[0] = '\0';
	for (const char *p = text + len; *p; p += len) {
		p += strspn(p, " ");
		len = strcspn(p, " ");
		if (take_word(p, len, "key=", &v, &n)) {
			has_key = vv_did_key_read(out->owner, v, n);
			if (!has_key) return wrong_word(p, len, "key=z6Mk...", err);
		} else if (take_word(p, len, "name=", &v, &n)) {
			if (n >= sizeof(out->name)) {
				return wrong_word(p, len, "a shorter name", err);
			}
			memcpy(out->name, v, n);
			out->name[n] = '\0';
		} else if (take_word(p, len, "mirror=", &v, &n) && !put_mirror(out, v, n) &&
			   !out->mirrors.failed) {
			return wrong_word(p, len, "an http, https or relay+https URL", err);
		}
	}
	if (!has_key || !vv_head_name_fits(out->name) || out->mirrors.len == 0) {
		return vv_fail(err, VV_EINPUT,
			       "its TXT record lacks one of key=, name= and mirror=");
	}
	return vv_buf_ok(&out->mirrors, err);
}

static vv_status find_domain(vv_named *out, const char *domain, vv_error *err)
{
	vv_auto(vv_buf) host = VV_BUF_INIT, records = VV_BUF_INIT;
	vv_status rc;

	vv_buf_printf(&host, "_varve.%s", domain);
	if ((rc = vv_buf_ok(&host, err)) < 0) return rc;
	if (!*domain || host.len > DOMAIN_MAX ||
	    strspn(domain, "abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != strlen(domain)) {
		return vv_fail(err, VV_EUSAGE, "'%s' cannot be the name of a domain",
			       vv_text_shows(domain));
	}
	if ((rc = vv_txt_lookup(&records, host.data, err)) == VV_ENOTFOUND) {
		return vv_hint(err, "ask the domain's owner to add one: 'varve1 key=... name=... "
				    "mirror=...'");
	}
	if (rc < 0) return rc;
	rc = VV_ENOTFOUND;
	for (const char *p = records.data; rc == VV_ENOTFOUND && p < records.data + records.len;
	     p += strlen(p) + 1) {
		rc = vv_named_read(out, p, err);
	}
	return rc < 0 ? vv_prefix(err, "'%s'", host.data) : VV_OK;
}

/* KEY/NAME; the key may have "did:key:" before it. False: it is something else. */
static bool read_full(vv_named *out, const char *word)
{
	const char *from = word + (strncmp(word, "did:key:", VV_DID_KEY) == 0 ? VV_DID_KEY : 0),
		   *slash = strchr(from, '/');

	return slash && vv_did_key_read(out->owner, from, (size_t)(slash - from)) &&
	       (size_t)snprintf(out->name, sizeof(out->name), "%s", slash + 1) <
		       sizeof(out->name) &&
	       vv_head_name_fits(out->name);
}

bool vv_named_is(const char *word, size_t len)
{
	vv_auto(char) *name = vv_strndup(word, len);
	vv_named n = {.mirrors = VV_BUF_INIT};

	/* one with a wrong key is none, and no host called "did" either */
	return name && (strncmp(name, DNS, strlen(DNS)) == 0 ||
			strncmp(name, "did:key:", VV_DID_KEY) == 0 || read_full(&n, name));
}

vv_status vv_named_find(vv_named *out, const char *name, vv_error *err)
{
	if (strncmp(name, DNS, strlen(DNS)) == 0) {
		return find_domain(out, name + strlen(DNS), err);
	}
	return read_full(out, name) ? VV_OK
				    : vv_fail(err, VV_EUSAGE,
					      "'%s' is not a name, expected KEY/NAME or "
					      "dns:DOMAIN",
					      vv_text_shows(name));
}

/* --- where copies are ------------------------------------------------------------------------ */

bool vv_named_is_gateway(const char *url)
{
	return strncmp(url, "ipfs+http", strlen("ipfs+http")) == 0 && !strstr(url, "/routing/");
}

/* "relay+https://HOST" names the relay, and no machine behind it. */
static bool is_relay(const char *url)
{
	const char *host = vv_url_is_behind_relay(url) ? strstr(url, "://") : NULL;

	if (!host) return false;
	const char *path = host + 3 + strcspn(host + 3, "/");
	return path[strspn(path, "/")] == '\0';
}

bool vv_named_needs_key(const char *url)
{
	return vv_named_is_gateway(url) || is_relay(url);
}

/* The owner's machine serves the folder, which has the last part of the name. */
static void put_behind_relay(const vv_named *n, vv_buf *out)
{
	const char *slash = strrchr(n->name, '/'), *folder = slash ? slash + 1 : n->name;

	vv_buf_printf(out, "/%s/", vv_did_key_shows(n->owner));
	vv_percent_put(out, folder, strlen(folder), "");
}

void vv_named_add(vv_named *n, const char *url)
{
	char ipns[VV_IPNS_TEXT];
	size_t len = strlen(url);

	if (!vv_named_needs_key(url)) {
		vv_buf_put(&n->mirrors, url, len + 1);
		return;
	}
	if (!n->name[0]) return;
	while (len > 0 && url[len - 1] == '/') {
		len--;
	}
	if (vv_named_is_gateway(url)) {
		vv_did_ipns(ipns, n->owner);
		vv_buf_printf(&n->mirrors, "%.*s/ipns/%s", (int)(len - 5), url + 5, ipns);
	} else {
		vv_buf_put(&n->mirrors, url, len);
		put_behind_relay(n, &n->mirrors);
	}
	vv_buf_putc(&n->mirrors, '\0');
}

static vv_status on_mirror(void *payload, const char *name, const char *value,
			   const char *level VV_UNUSED, vv_error *err)
{
	vv_named *n = payload;
	vv_auto(vv_buf) url = VV_BUF_INIT;

	if (!value || strcmp(name, MIRROR) != 0) return VV_OK;
	vv_buf_puts(&url, value);
	if (!vv_named_needs_key(value)) {
		vv_buf_printf(&url, "%s%s", value[0] && value[strlen(value) - 1] == '/' ? "" : "/",
			      n->name);
	}
	const vv_status rc = vv_buf_ok(&url, err);
	if (rc == VV_OK) {
		vv_named_add(n, url.data);
	}
	return rc;
}

static vv_status add_found(vv_named *out, const vv_trust *t, const char *name, vv_error *err)
{
	vv_auto(vv_named) found = {.mirrors = VV_BUF_INIT};
	vv_status rc = vv_named_find(&found, name, err);

	if (rc < 0) return rc;
	if (memcmp(t->owner, found.owner, sizeof(t->owner)) != 0 ||
	    strcmp(t->name, found.name) != 0) {
		return vv_fail(
			err, VV_EREFUSED,
			"'%s' names a different owner or repository than the one that is trusted here; "
			"it is ignored",
			vv_text_shows(name));
	}
	return vv_buf_write(&out->mirrors, found.mirrors.data, found.mirrors.len, err);
}

/* The order of the others stays. */
static vv_status put_relays_last(vv_named *n, vv_error *err)
{
	vv_auto(vv_buf) sorted = VV_BUF_INIT;

	for (int relays = false; relays <= true; relays++) {
		const char *url = NULL;

		while ((url = vv_named_mirror(n, url))) {
			if (vv_url_is_behind_relay(url) == relays) {
				vv_buf_put(&sorted, url, strlen(url) + 1);
			}
		}
	}
	vv_buf_reset(&n->mirrors);
	return vv_buf_write(&n->mirrors, sorted.data, sorted.len, err);
}

vv_status vv_named_mirrors(vv_named *out, vv_repository *r, const char *name,
			   const vv_strings *more, vv_error *err)
{
	vv_auto(vv_head_commit) head = {.parent_count = 0};
	const vv_trusted_head *newest;
	vv_trust t;
	vv_status rc = vv_trust_read(&t, r, err);

	if (rc < 0 || (!t.known && (!name || (rc = vv_named_find(out, name, err)) < 0))) return rc;
	if (t.known) {
		memcpy(out->owner, t.owner, sizeof(out->owner));
		(void)snprintf(out->name, sizeof(out->name), "%s", t.name);
	}
	if ((newest = vv_trust_newest(&t)) &&
	    (rc = vv_head_commit_read(&head, r, &newest->commit, err)) < 0) {
		return rc;
	}
	vv_array_each(head.record.mirrors, head.record.mirror_count, mirror) {
		(void)put_mirror(out, *mirror, strlen(*mirror));
	}
	if ((rc = vv_config_each(r, MIRROR, on_mirror, out, err)) < 0) return rc;
	for (size_t i = 0; more && i < more->count; i++) {
		vv_named_add(out, more->items[i]);
	}
	vv_error sorting;
	rc = t.known && name ? add_found(out, &t, name, err) : VV_OK;
	return put_relays_last(out, &sorting) < 0 ? vv_error_copy(err, &sorting) : rc;
}

vv_status vv_named_silent(const char *name, vv_error *err)
{
	return vv_fail(err, VV_ENOTFOUND,
		       "no known copy of '%s' answers\nname a copy with --from URL; or set "
		       "varve.mirror to servers to ask, or varve.discover to 'lan' to search the "
		       "local network",
		       vv_text_url(name));
}

vv_status vv_named_remotes(vv_named *out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_string_list) names = {0};
	const vv_status rc = vv_remote_names(&names, r, err);

	for (size_t i = 0; i < names.count; i++) {
		vv_auto(vv_remote) m = {0};

		if (vv_remote_find(&m, r, names.items[i], VV_IGNORED) < 0 ||
		    !vv_named_is(m.url, strlen(m.url))) {
			vv_buf_put(&out->mirrors, names.items[i], strlen(names.items[i]) + 1);
		}
	}
	return rc;
}

vv_status vv_named_pin(const vv_named *n, vv_repository *r, vv_error *err)
{
	vv_trust t;
	vv_status rc = vv_trust_read(&t, r, err);

	if (rc < 0 || t.known) return rc; /* a clone that continues */
	t.known = true;
	memcpy(t.owner, n->owner, sizeof(t.owner));
	(void)snprintf(t.name, sizeof(t.name), "%s", n->name);
	return vv_trust_write(&t, r, err);
}
