/*
 * oid_set: hashing with a random seed, since ids come from elsewhere and could be
 * chosen to collide in a plain table.
 */
#include "repo/git/objects/oid_set.h"

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"

void vv_oid_set_clear(vv_oid_set *s)
{
	vv_hash_index_clear(&s->index);
	vv_free(s->ids);
	memset(s, 0, sizeof(*s));
}

static bool has_id(const vv_oid_set *s, const git_oid *id, uint64_t hash)
{
	return vv_hash_find(s->ids, &s->index, hash, i, git_oid_equal(i, id)) != NULL;
}

vv_status vv_oid_set_add(vv_oid_set *s, const git_oid *id, bool *added, vv_error *err)
{
	uint64_t hash = vv_xxh3(id->id, GIT_OID_RAWSZ, vv_hash_seed());
	*added = !has_id(s, id, hash);
	return !*added || vv_hash_add(s->ids, s->count, s->cap, &s->index, hash, *id)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

bool vv_oid_set_has(const vv_oid_set *s, const git_oid *id)
{
	return has_id(s, id, vv_xxh3(id->id, GIT_OID_RAWSZ, vv_hash_seed()));
}

vv_status vv_oid_set_add_tags(vv_oid_set *tags, vv_repository *r, const vv_oid *id, vv_error *err)
{
	git_object_t type;
	git_oid at = *vv_to_git(id);
	uint64_t size;
	bool added = true;
	vv_status rc = VV_OK;

	while (rc == VV_OK && added &&
	       (rc = vv_object_header(r, &at, &type, &size, err)) == VV_OK &&
	       type != GIT_OBJECT_COMMIT) {
		if ((rc = vv_oid_set_add(tags, &at, &added, err)) == VV_OK &&
		    type == GIT_OBJECT_TAG) {
			rc = vv_tag_target(r, &at, &at, err);
		}
	}
	return vv_missing_ok(rc, err); /* a gap: code that needs it reports it */
}
