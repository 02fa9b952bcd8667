/*
 * oid_set: hashing with a random seed, since ids come from elsewhere and could be
 * chosen to collide in a plain table.
 */
#include "repo/git/oid_set.h"

#include "base/hash.h"
#include "base/sys.h"

#define FIRST_CAP 1024u

vv_status vv_oid_set_init(vv_oid_set *s, vv_error *err)
{
	memset(s, 0, sizeof(*s));
	if (!(s->slots = vv_calloc(FIRST_CAP, sizeof(git_oid)))) {
		return vv_fail_nomem(err);
	}
	s->cap = FIRST_CAP;
	vv_random(&s->seed, sizeof(s->seed));
	return VV_OK;
}

void vv_oid_set_clear(vv_oid_set *s)
{
	vv_free(s->slots);
	memset(s, 0, sizeof(*s));
}

static git_oid *find(const vv_oid_set *s, git_oid *slots, size_t cap, const git_oid *id)
{
	size_t i = (size_t)vv_xxh3(id->id, GIT_OID_RAWSZ, s->seed) & (cap - 1);

	while (!git_oid_is_zero(&slots[i]) && !git_oid_equal(&slots[i], id)) {
		i = (i + 1) & (cap - 1);
	}
	return &slots[i];
}

static vv_status grow(vv_oid_set *s, vv_error *err)
{
	size_t cap = s->cap * 2, i;
	git_oid *slots = vv_calloc(cap, sizeof(git_oid));

	if (!slots) {
		return vv_fail_nomem(err);
	}
	for (i = 0; i < s->cap; i++) {
		if (!git_oid_is_zero(&s->slots[i])) {
			*find(s, slots, cap, &s->slots[i]) = s->slots[i];
		}
	}
	vv_free(s->slots);
	s->slots = slots;
	s->cap = cap;
	return VV_OK;
}

vv_status vv_oid_set_add(vv_oid_set *s, const git_oid *id, bool *added, vv_error *err)
{
	git_oid *slot;
	vv_status rc;

	if (git_oid_is_zero(id)) {
		*added = !s->has_null;
		s->has_null = true;
		return VV_OK;
	}
	if (s->count * 2 >= s->cap && (rc = grow(s, err)) < 0) {
		return rc;
	}
	slot = find(s, s->slots, s->cap, id);
	*added = git_oid_is_zero(slot) != 0;
	if (*added) {
		*slot = *id;
		s->count++;
	}
	return VV_OK;
}

bool vv_oid_set_has(const vv_oid_set *s, const git_oid *id)
{
	if (git_oid_is_zero(id)) {
		return s->has_null;
	}
	return !git_oid_is_zero(find(s, s->slots, s->cap, id));
}
