/*
 * known_hosts: reads the lines of that file.
 *
 * libssh2 has a reader too, but in 1.10 it reads @revoked as a host's name (and so lets a revoked
 * key in), stops at the first bad line, and does not support wildcards.
 */
#include "transport/line/known_hosts.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"

#define FILE_MAX (16u << 20)
#define LINE_MAX_LEN (64u << 10)
#define ENTRIES_MAX 1024u
#define USUAL_PORT 22u

typedef enum marker { PLAIN, REVOKED, AUTHORITY } marker;

typedef struct entry {
	marker mark;
	bool without_port; /* the line names the host only, and the port is not the usual one */
	char *file;
	unsigned line;
	uint8_t *key;
	size_t len;
} entry;

struct vv_known_hosts {
	char *host; /* in small letters */
	char *name; /* as the files have it: the host, or "[host]:port" */
	bool usual_port;
	entry *entries;
	size_t count, cap;
};

vv_known_hosts *vv_known_hosts_new(const char *host, unsigned port)
{
	vv_auto(vv_known_hosts) *k = vv_calloc(1, sizeof(*k));
	vv_buf name = VV_BUF_INIT;

	assert(port > 0 && port <= 65535);
	if (!k) return NULL;
	k->usual_port = port == USUAL_PORT;
	k->host = vv_strdup(host);
	for (char *p = k->host; p && *p; p++) {
		*p = vv_to_lower(*p);
	}
	if (k->host && k->usual_port) {
		vv_buf_puts(&name, k->host);
	} else if (k->host) {
		vv_buf_printf(&name, "[%s]:%u", k->host, port);
	}
	k->name = vv_buf_detach(&name);
	if (!k->host || !k->name) return NULL;
	return vv_take(&k);
}

void vv_known_hosts_free(vv_known_hosts *k)
{
	if (!k) return;
	vv_array_clear(k->entries, k->count, e, vv_free_all(e->file, e->key));
	vv_free_all(k->host, k->name, k);
}

const char *vv_known_hosts_name(const vv_known_hosts *k)
{
	return k->name;
}

/* --- whose line it is ----------------------------------------------------------------- */

/* '*' and '?' as in a shell, but over every character. One '*' is gone back to at a time, so
 * that no pattern takes more than pattern times name steps. */
static bool matches_pattern(const char *pattern, size_t len, const char *name)
{
	const char *star = NULL, *back = NULL, *p = pattern, *end = pattern + len;

	while (*name) {
		if (p < end && *p == '*') {
			star = ++p;
			back = name;
		} else if (p < end && (*p == '?' || vv_to_lower(*p) == *name)) {
			p++;
			name++;
		} else if (star) {
			p = star;
			name = ++back;
		} else {
			return false;
		}
	}
	while (p < end && *p == '*') {
		p++;
	}
	return p == end;
}

/* "|1|salt|hash": 1, 0, or VV_ENOMEM. */
static int matches_hash(const char *text, size_t len, const char *name)
{
	const char *end = text + len;
	uint8_t mac[VV_SHA1_LEN];
	vv_auto(vv_buf) salt = VV_BUF_INIT, hash = VV_BUF_INIT;
	int same = 0;

	text += 3;
	const char *bar = memchr(text, '|', (size_t)(end - text));
	if (bar && vv_base64_read(&salt, text, (size_t)(bar - text)) &&
	    vv_base64_read(&hash, bar + 1, (size_t)(end - bar - 1)) && hash.len == sizeof(mac) &&
	    vv_hmac_sha1(mac, vv_buf_cstr(&salt), salt.len, name, strlen(name), NULL) == VV_OK) {
		same = memcmp(mac, hash.data, sizeof(mac)) == 0;
	}
	return salt.failed || hash.failed ? (int)VV_ENOMEM : same;
}

/* Does the list of names match this one (1, 0, or VV_ENOMEM)? A matching '!' excludes it again. */
static int list_has(const char *list, size_t len, const char *name)
{
	const char *end = list + len;
	int found = 0;

	if (len > 3 && memcmp(list, "|1|", 3) == 0) return matches_hash(list, len, name);
	while (list < end) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		size_t n = (size_t)((comma ? comma : end) - list);
		bool negated = n > 0 && list[0] == '!';

		const size_t mark = negated ? 1 : 0;

		if (n > mark && matches_pattern(list + mark, n - mark, name)) {
			if (negated) return 0;
			found = 1;
		}
		list += n + (comma ? 1 : 0);
	}
	return found;
}

/* --- one line --------------------------------------------------------------------------- */

typedef struct words {
	const char *p, *end;
} words;

/* The next word; 0: none. */
static size_t next_word(words *w, const char **word)
{
	while (w->p < w->end && (*w->p == ' ' || *w->p == '\t')) {
		w->p++;
	}
	*word = w->p;
	while (w->p < w->end && *w->p != ' ' && *w->p != '\t' && *w->p != '\r') {
		w->p++;
	}
	return (size_t)(w->p - *word);
}

static bool word_is(const char *word, size_t len, const char *text)
{
	return len == strlen(text) && memcmp(word, text, len) == 0;
}

static vv_status add_entry(vv_known_hosts *k, entry *e, const char *file, vv_error *err)
{
	if (k->count >= ENTRIES_MAX) {
		return vv_fail(err, VV_EREFUSED, "over %u lines of '%s' are for the host '%s'",
			       ENTRIES_MAX, file, k->host);
	}
	e->file = vv_strdup(file);
	if (!vv_array_own(k->entries, k->count, k->cap, e->file, *e)) return vv_fail_nomem(err);
	e->key = NULL;
	return VV_OK;
}

static vv_status read_line(vv_known_hosts *k, const char *line, size_t len, const char *file,
			   unsigned number, vv_error *err)
{
	words w = {line, line + len};
	const char *list, *type, *text, *own_type;
	size_t list_len = next_word(&w, &list), own_len;
	entry e = {.mark = PLAIN, .line = number};
	vv_auto(vv_buf) key = VV_BUF_INIT;
	vv_status rc = VV_OK;

	if (list_len > 0 && list[0] == '@') {
		if (!word_is(list, list_len, "@revoked") &&
		    !word_is(list, list_len, "@cert-authority")) {
			return VV_OK;
		}
		e.mark = word_is(list, list_len, "@revoked") ? REVOKED : AUTHORITY;
		list_len = next_word(&w, &list);
	}
	size_t type_len = next_word(&w, &type);
	size_t text_len = next_word(&w, &text);
	if (list_len == 0 || list[0] == '#' || type_len == 0 || text_len == 0) return VV_OK;
	int found = list_has(list, list_len, k->name);
	if (found == 0 && !k->usual_port) {
		e.without_port = true;
		found = list_has(list, list_len, k->host);
	}
	if (found <= 0) return found < 0 ? vv_fail_nomem(err) : VV_OK;
	if (vv_base64_read(&key, text, text_len) && !key.failed) {
		own_type = vv_host_key_type(vv_buf_cstr(&key), key.len, &own_len);
		if (own_type && own_len == type_len && memcmp(own_type, type, own_len) == 0) {
			e.len = key.len;
			e.key = (uint8_t *)vv_buf_detach(&key);
			rc = e.key ? add_entry(k, &e, file, err) : vv_fail_nomem(err);
			vv_free(e.key);
		}
	}
	return rc < 0 ? rc : vv_buf_ok(&key, err);
}

vv_status vv_known_hosts_text(vv_known_hosts *k, const char *text, size_t len, const char *file,
			      vv_error *err)
{
	const char *end = text + len;
	unsigned number = 0;
	vv_status rc;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((newline ? newline : end) - text);

		number++;
		if (n <= LINE_MAX_LEN && (rc = read_line(k, text, n, file, number, err)) < 0) {
			return rc;
		}
		text += n + (newline ? 1 : 0);
	}
	return VV_OK;
}

vv_status vv_known_hosts_file(vv_known_hosts *k, const char *path, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_read_file(&text, path, FILE_MAX, err);

	return rc < 0 ? vv_missing_ok(rc, err)
		      : vv_known_hosts_text(k, vv_buf_cstr(&text), text.len, path, err);
}

/* --- asking --------------------------------------------------------------------------------- */

/* Does a line with the port match the host? Then those without it do not count. */
static bool has_exact(const vv_known_hosts *k)
{
	return vv_array_find(k->entries, k->count, e, e->mark == PLAIN && !e->without_port) != NULL;
}

bool vv_known_hosts_has(const vv_known_hosts *k, const char *type)
{
	bool exact = has_exact(k);

	vv_array_each(k->entries, k->count, e) {
		size_t len;
		const char *own = vv_host_key_type(e->key, e->len, &len);

		if (e->mark == PLAIN && (!exact || !e->without_port) &&
		    (!type || word_is(own, len, type))) {
			return true;
		}
	}
	return false;
}

bool vv_known_hosts_has_authority(const vv_known_hosts *k)
{
	return vv_array_find(k->entries, k->count, e, e->mark == AUTHORITY) != NULL;
}

vv_known vv_known_hosts_check(const vv_known_hosts *k, const void *key, size_t len,
			      const char **file, unsigned *line)
{
	vv_known answer = VV_KNOWN_NOT;
	const entry *where = NULL;
	bool exact = has_exact(k);

	for (size_t i = 0; i < k->count && answer != VV_KNOWN_REVOKED; i++) {
		const entry *e = &k->entries[i];
		bool same = e->len == len && memcmp(e->key, key, len) == 0;

		if (e->mark == REVOKED && same) {
			answer = VV_KNOWN_REVOKED;
			where = e;
		} else if (e->mark == PLAIN && same && (!exact || !e->without_port)) {
			answer = VV_KNOWN_YES;
			where = e;
		} else if (e->mark == PLAIN && !e->without_port && answer == VV_KNOWN_NOT) {
			answer = VV_KNOWN_OTHER;
			where = e;
		}
	}
	if (file) {
		*file = where ? where->file : NULL;
	}
	if (line) {
		*line = where ? where->line : 0;
	}
	return answer;
}

/* --- keys -------------------------------------------------------------------------------------- */

const char *vv_host_key_type(const void *key, size_t len, size_t *type_len)
{
	const uint8_t *p = key;

	if (len < 4) return NULL;
	uint32_t n = vv_get_be32(p);
	if (n == 0 || n > 64 || n > len - 4) return NULL;
	for (uint32_t i = 0; i < n; i++) {
		if (p[4 + i] <= ' ' || p[4 + i] >= 0x7f) return NULL;
	}
	*type_len = n;
	return (const char *)p + 4;
}

vv_status vv_host_key_fingerprint(vv_buf *out, const void *key, size_t len, vv_error *err)
{
	uint8_t digest[VV_SHA256_LEN];
	vv_status rc = vv_sha256(digest, key, len, err);

	if (rc < 0) return rc;
	vv_buf_puts(out, "SHA256:");
	vv_base64_put(out, digest, sizeof(digest), false);
	return vv_buf_ok(out, err);
}

vv_status vv_known_hosts_line(vv_buf *out, const vv_known_hosts *k, const void *key, size_t len,
			      vv_error *err)
{
	size_t type_len;
	const char *type = vv_host_key_type(key, len, &type_len);

	if (!type) return vv_fail(err, VV_EINPUT, "the host key of '%s' cannot be read", k->host);
	vv_buf_printf(out, "%s %.*s ", k->name, (int)type_len, type);
	vv_base64_put(out, key, len, true);
	vv_buf_putc(out, '\n');
	return vv_buf_ok(out, err);
}
