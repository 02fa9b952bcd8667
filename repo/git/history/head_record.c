/*
 * head_record: writes and reads the lines of a record, in one order.
 */
#include "repo/git/history/head_record.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/codec.h"
#include "base/sys.h"
#include "base/text.h"

#define FIRST "varve head 1\n"

bool vv_head_record_is_newer(const vv_head_record *a, const vv_head_record *b)
{
	if (a->time != b->time) return a->time > b->time;
	if (a->number != b->number) return a->number > b->number;
	return memcmp(a->key, b->key, sizeof(a->key)) > 0;
}

void vv_head_record_clear(vv_head_record *r)
{
	vv_array_each(r->mirrors, r->mirror_count, mirror) {
		vv_free(*mirror);
	}
	r->mirror_count = 0;
}

/* Text in a line: no blanks at its ends, and nothing that a terminal would obey. */
static bool fits_line(const char *text, size_t max, bool blanks)
{
	const size_t len = strlen(text);

	return len > 0 && len <= max && text[0] != ' ' && text[len - 1] != ' ' &&
	       !vv_array_find(text, len, c, vv_is_control(*c) || (*c == ' ' && !blanks));
}

bool vv_head_name_fits(const char *name)
{
	return fits_line(name, VV_HEAD_NAME_MAX, true);
}

vv_status vv_head_record_add_mirror(vv_head_record *r, const char *url, vv_error *err)
{
	if (!fits_line(url, VV_HEAD_URL_MAX, false)) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not a valid URL of a mirror",
			       vv_text_url(url));
	}
	if (r->mirror_count == VV_HEAD_LIST_MAX) {
		return vv_fail(err, VV_EUSAGE, "a head has at most %u mirrors", VV_HEAD_LIST_MAX);
	}
	r->mirrors[r->mirror_count] = vv_strdup(url);
	return r->mirrors[r->mirror_count++] ? VV_OK : vv_fail_nomem(err);
}

const vv_head_key *vv_head_keys_find(const vv_head_keys *l, const uint8_t key[VV_KEY_PUBLIC])
{
	return vv_array_find(l->items, l->count, it, memcmp(it->key, key, VV_KEY_PUBLIC) == 0);
}

vv_status vv_head_keys_set(vv_head_keys *l, const uint8_t key[VV_KEY_PUBLIC], uint64_t number,
			   const vv_oid *commit, vv_error *err)
{
	const vv_head_key *there = vv_head_keys_find(l, key);
	const size_t i = there ? (size_t)(there - l->items) : l->count;

	if (i == VV_HEAD_LIST_MAX) {
		return vv_fail(err, VV_EUSAGE, "a head names at most %u keys", VV_HEAD_LIST_MAX);
	}
	memcpy(l->items[i].key, key, VV_KEY_PUBLIC);
	l->items[i].number = number;
	l->items[i].commit = commit ? *commit : (vv_oid){{0}};
	l->count += !there;
	return VV_OK;
}

/* --- writing -------------------------------------------------------------------------------------- */

static void put_keys(vv_buf *out, const char *word, const vv_head_keys *l, bool commits)
{
	vv_array_each(l->items, l->count, it) {
		vv_buf_printf(out, "%s %s %llu%s%s\n", word, vv_did_key_shows(it->key),
			      (unsigned long long)it->number, commits ? " " : "",
			      commits ? vv_oid_shows(&it->commit) : "");
	}
}

void vv_head_record_put(vv_buf *out, const vv_head_record *r)
{
	vv_buf_printf(out, FIRST "name %s\nkey %s\nnumber %llu\ntime %lld\n", r->name,
		      vv_did_key_shows(r->key), (unsigned long long)r->number, (long long)r->time);
	if (r->final) {
		vv_buf_puts(out, "final\n");
	} else if (r->expires > 0) {
		vv_buf_printf(out, "expires %lld\n", (long long)r->expires);
	}
	vv_buf_puts(out, "refs ");
	vv_hex_put(out, r->refs, sizeof(r->refs));
	vv_buf_puts(out, "\n");
	vv_array_each(r->mirrors, r->mirror_count, mirror) {
		vv_buf_printf(out, "mirror %s\n", *mirror);
	}
	put_keys(out, "signer", &r->signers, false);
	put_keys(out, "revoked", &r->revoked, false);
	put_keys(out, "saw", &r->saw, true);
}

/* --- reading -------------------------------------------------------------------------------------- */

/* "<key> <number>[ <commit>]". */
static bool read_key(vv_head_keys *l, const char *text, bool commits)
{
	uint8_t key[VV_KEY_PUBLIC];
	const size_t len = strcspn(text, " ");
	const char *at = text + len + 1;
	uint64_t number;
	vv_oid commit = {{0}};

	if (text[len] != ' ') return false;
	const size_t digits = strcspn(at, " ");
	if (!vv_did_key_read(key, text, len) || !vv_parse_u64(&number, at, digits) ||
	    (commits && (at[digits] != ' ' ||
			 !vv_oid_parse(&commit, at + digits + 1, strlen(at + digits + 1))))) {
		return false;
	}
	return vv_head_keys_set(l, key, number, &commit, VV_IGNORED) == VV_OK;
}

static bool read_time(int64_t *out, const char *text)
{
	uint64_t seconds;

	if (!vv_parse_u64(&seconds, text, strlen(text)) || seconds > INT64_MAX / 2) return false;
	*out = (int64_t)seconds;
	return true;
}

/* Misplaced or repeated lines are found when the record is written again for comparison. */
static bool read_line(vv_head_record *r, const char *word, const char *rest)
{
	if (strcmp(word, "name") == 0) {
		return vv_head_name_fits(rest) &&
		       (size_t)snprintf(r->name, sizeof(r->name), "%s", rest) < sizeof(r->name);
	}
	if (strcmp(word, "key") == 0) return vv_did_key_read(r->key, rest, strlen(rest));
	if (strcmp(word, "number") == 0) {
		return vv_parse_u64(&r->number, rest, strlen(rest)) && r->number > 0;
	}
	if (strcmp(word, "time") == 0) return read_time(&r->time, rest);
	if (strcmp(word, "expires") == 0) return read_time(&r->expires, rest) && r->expires > 0;
	if (strcmp(word, "final") == 0) return r->final = true;
	if (strcmp(word, "refs") == 0) {
		return strlen(rest) == 2 * sizeof(r->refs) &&
		       vv_hex_read(r->refs, sizeof(r->refs), rest);
	}
	if (strcmp(word, "mirror") == 0) {
		return vv_head_record_add_mirror(r, rest, VV_IGNORED) == VV_OK;
	}
	if (strcmp(word, "signer") == 0) return read_key(&r->signers, rest, false);
	if (strcmp(word, "revoked") == 0) return read_key(&r->revoked, rest, false);
	if (strcmp(word, "saw") == 0) return read_key(&r->saw, rest, true);
	return false;
}

vv_status vv_head_record_read(vv_head_record *out, const char *text, size_t len, vv_error *err)
{
	vv_auto(vv_buf) copy = VV_BUF_INIT, again = VV_BUF_INIT;
	bool sound = len <= VV_HEAD_RECORD_MAX && !memchr(text, '\0', len);

	memset(out, 0, sizeof(*out));
	vv_buf_put(&copy, text, sound ? len : 0);
	vv_status rc = vv_buf_ok(&copy, err);
	if (rc < 0 || (rc = vv_text_check_mark(vv_buf_cstr(&copy), FIRST, "the head", err)) ==
			      VV_ENOSUPPORT) {
		return rc;
	}
	sound = sound && rc == VV_OK;
	char *at = sound ? copy.data + sizeof(FIRST) - 1 : NULL;
	for (char *line; sound && (line = vv_text_cut_line(&at));) {
		char *rest = line + strcspn(line, " ");
		if (*rest) {
			*rest++ = '\0';
		}
		sound = read_line(out, line, rest);
	}
	if (sound) {
		vv_head_record_put(&again, out);
		if ((rc = vv_buf_ok(&again, err)) < 0) return rc;
		sound = again.len == len && memcmp(again.data, text, len) == 0;
	}
	return sound ? VV_OK : vv_fail(err, VV_ECORRUPT, "the record of a head is damaged");
}
