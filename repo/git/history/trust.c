/*
 * trust: the lines of the file.
 */
#include "repo/git/history/trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/head_record.h"
#include "repo/git/history/revision.h"

#define FIRST "varve trust 1\n"
#define TRUST_MAX ((size_t)64 << 10)

#define LOCK_WAIT_MS 10000u

static vv_status damaged_file(const char *path, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT,
		       "'%s' is damaged\nremove this file to trust the next signed head, as after "
		       "a clone",
		       vv_text_shows(path));
}

static bool read_head(vv_trust *t, const char *line)
{
	char key[VV_DID_TEXT], commit[VV_OID_TEXT + 1];
	unsigned long long number;
	long long when, expires;
	int used = 0;

	if (t->count == VV_HEAD_LIST_MAX ||
	    sscanf(line, "%63s %llu %lld %lld %40s%n", key, &number, &when, &expires, commit,
		   &used) != 5 ||
	    line[used] != '\0') {
		return false;
	}
	vv_trusted_head *h = &t->heads[t->count++];
	h->number = number;
	h->time = when;
	h->expires = expires;
	return vv_did_key_read(h->key, key, strlen(key)) &&
	       vv_oid_parse(&h->commit, commit, strlen(commit));
}

int vv_trust_lock(vv_repository *r, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(vv_repository_varvedir(r), "trust.lock", (char *)NULL);
	const vv_status rc = path ? vv_mkdirs_above(path, err) : vv_fail_nomem(err);

	return rc < 0 ? (int)rc : vv_lock(path, true, LOCK_WAIT_MS, err);
}

vv_status vv_trust_read(vv_trust *out, vv_repository *r, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(vv_repository_varvedir(r), "trust", (char *)NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_read_regular(&text, path, TRUST_MAX, err);

	memset(out, 0, sizeof(*out));
	if (rc == VV_ENOTFOUND) return VV_OK;
	if (rc < 0) return rc;
	rc = vv_text_check_mark(vv_buf_cstr(&text), FIRST, vv_text_shows(path), err);
	if (rc < 0) return rc == VV_ENOSUPPORT ? rc : damaged_file(path, err);
	char *at = text.data + sizeof(FIRST) - 1;
	for (char *p; (p = vv_text_cut_line(&at));) {
		bool sound;
		if (strncmp(p, "name ", 5) == 0) {
			sound = vv_head_name_fits(p + 5);
			(void)snprintf(out->name, sizeof(out->name), "%s", p + 5);
		} else if (strncmp(p, "owner ", 6) == 0) {
			sound = out->known = vv_did_key_read(out->owner, p + 6, strlen(p + 6));
		} else {
			sound = strncmp(p, "head ", 5) == 0 && read_head(out, p + 5);
		}
		if (!sound) return damaged_file(path, err);
	}
	return !*at && out->known && *out->name ? VV_OK : damaged_file(path, err);
}

vv_status vv_trust_write(const vv_trust *t, vv_repository *r, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(vv_repository_varvedir(r), "trust", (char *)NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_mkdirs_above(path, err);

	vv_buf_printf(&text, FIRST "name %s\nowner %s\n", t->name, vv_did_key_shows(t->owner));
	vv_array_each(t->heads, t->count, h) {
		vv_buf_printf(&text, "head %s %llu %lld %lld %s\n", vv_did_key_shows(h->key),
			      (unsigned long long)h->number, (long long)h->time,
			      (long long)h->expires, vv_oid_shows(&h->commit));
	}
	rc = rc < 0 ? rc : vv_buf_ok(&text, err);
	return rc < 0 ? rc : vv_write_file(path, text.data, text.len, true, err);
}

const vv_trusted_head *vv_trust_find(const vv_trust *t, const uint8_t key[VV_KEY_PUBLIC])
{
	return vv_array_find(t->heads, t->count, it, memcmp(it->key, key, VV_KEY_PUBLIC) == 0);
}

void vv_trust_forget(vv_trust *t, const uint8_t key[VV_KEY_PUBLIC])
{
	const vv_trusted_head *there = vv_trust_find(t, key);

	if (there) {
		t->heads[there - t->heads] = t->heads[t->count - 1];
		t->count--;
	}
}

vv_status vv_trust_set(vv_trust *t, const vv_head_record *c, const vv_oid *id, vv_error *err)
{
	const vv_trusted_head *there = vv_trust_find(t, c->key);
	const size_t i = there ? (size_t)(there - t->heads) : t->count;

	if (i == VV_HEAD_LIST_MAX) {
		return vv_fail(err, VV_EREFUSED, "more than %u keys sign '%s'", VV_HEAD_LIST_MAX,
			       vv_text_shows(t->name));
	}
	t->count += !there;
	t->heads[i] = (vv_trusted_head){.number = c->number,
					.time = c->time,
					.expires = c->final ? 0 : c->expires,
					.commit = *id};
	memcpy(t->heads[i].key, c->key, VV_KEY_PUBLIC);
	return VV_OK;
}

static bool is_same(const vv_trusted_head *a, const vv_trusted_head *b)
{
	return a && b ? vv_oid_equal(&a->commit, &b->commit) : !a && !b;
}

static vv_status both_moved(const vv_trust *t, vv_error *err)
{
	return vv_fail(err, VV_EREFUSED,
		       "another process accepted other heads of '%s' in the meantime\n"
		       "fetch again",
		       vv_text_shows(t->name));
}

vv_status vv_trust_join(vv_trust *t, const vv_trust *before, const vv_trust *now, vv_repository *r,
			vv_error *err)
{
	if (!now->known) return VV_OK;
	if (strcmp(t->name, now->name) != 0 || memcmp(t->owner, now->owner, VV_KEY_PUBLIC) != 0) {
		return both_moved(now, err);
	}
	vv_array_each(now->heads, now->count, other) {
		const vv_trusted_head *old = vv_trust_find(before, other->key),
				      *mine = vv_trust_find(t, other->key);
		bool follows = is_same(mine, old), precedes = false;

		if (is_same(other, old) || is_same(other, mine)) {
			continue;
		}
		if (!mine && t->count == VV_HEAD_LIST_MAX) return both_moved(now, err);
		const size_t at = mine ? (size_t)(mine - t->heads) : t->count;
		if (!follows) {
			vv_status rc = vv_is_ancestor(r, &mine->commit, &other->commit, &follows,
						      err);
			rc = rc < 0 ? rc
				    : vv_is_ancestor(r, &other->commit, &mine->commit, &precedes,
						     err);
			if (rc < 0) return rc;
			if (!follows && !precedes) return both_moved(now, err);
		}
		if (follows) {
			t->count += !mine;
			t->heads[at] = *other;
		}
	}
	return VV_OK;
}

const vv_trusted_head *vv_trust_newest(const vv_trust *t)
{
	const vv_trusted_head *newest = NULL;

	vv_array_each(t->heads, t->count, head) {
		if (!newest || head->time > newest->time) {
			newest = head;
		}
	}
	return newest;
}
