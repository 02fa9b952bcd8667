/*
 * sha256_id: against the ids of git itself, in a copy of the repository whose objects have SHA-256 ids.
 */
#include "repo/git/objects/sha256_id.h"

#include <string.h>

#include "base/codec.h"
#include "tests/unit/repo/git_fixture.h"

static vv_error err;

/* Paths, modes and sizes of all kinds; "large" is read piece by piece. */
static void make(void)
{
	git_begin();
	sh("mkdir -p a/b/c 'a b' a.d; printf x > a/b/c/x; printf y > 'a b/\303\244'; : > empty; echo z > a.d/z; echo z > a0; "
	   "printf x > run; chmod +x run; ln -s a/b there; seq 1500000 > large; "
	   "git add -A; git commit -qm one; git tag -m t one; git tag of-tree 'HEAD^{tree}'; git tag of-blob HEAD:a0; "
	   "git -c advice.nestedTag=false tag -m tt two one; rm -r a.d; seq 1500001 > large; git add -A; git commit -qm two; "
	   "git init -q --bare --object-format=sha256 ../sha256.git; "
	   "git fast-export $(git symbolic-ref HEAD) | git -C ../sha256.git fast-import --quiet");
}

static void id_is(vv_sha256_ids *s, const char *name, const char *there)
{
	uint8_t id[VV_SHA256_LEN];
	const vv_oid oid = oid_of(out("git rev-parse %s", name));
	vv_buf hex = VV_BUF_INIT;

	vv_assert_ok(vv_sha256_id_of(id, s, &oid, &err), &err);
	vv_hex_put(&hex, id, sizeof(id));
	assert_string_equal(vv_buf_cstr(&hex), out("git -C ../sha256.git rev-parse %s", there));
	vv_buf_clear(&hex);
}

static void check_ids(void)
{
	vv_repository *r = open_here();
	vv_sha256_ids *s = vv_sha256_ids_new(r);

	assert_non_null(s);
	for (int again = 0; again < 2; again++) {
		id_is(s, "HEAD", "HEAD:");
		id_is(s, "HEAD~1", "HEAD~1:");
		id_is(s, "HEAD:a/b", "HEAD:a/b");
		id_is(s, "HEAD:large", "HEAD:large");
		id_is(s, "one", "HEAD~1:");
		id_is(s, "two", "HEAD~1:");
		id_is(s, "of-tree", "HEAD~1:");
		id_is(s, "of-blob", "HEAD:a0");
	}
	vv_sha256_ids_free(s);
	vv_repository_close(r);
}

static void ids_are_those_of_git_in_the_sha256_format(void **state)
{
	(void)state;
	make();
	sh("git -C ../sha256.git symbolic-ref HEAD $(git symbolic-ref HEAD)");
	check_ids();
	sh("git repack -adfq");
	check_ids();
	/* git has another object for it; what is stored counts */
	sh("git replace HEAD:large HEAD:a0");
	check_ids();
}

static void a_submodule_counts_with_the_bytes_of_its_commit(void **state)
{
	static const char commit[] = "0123456789012345678901234567890123456789";
	uint8_t id[VV_SHA256_LEN], want[VV_SHA256_LEN],
		tree[] = "tree 41\0"
			 "160000 m\0"
			 "\x01\x23\x45\x67\x89\x01\x23\x45\x67\x89\x01\x23\x45\x67\x89\x01"
			 "\x23\x45\x67\x89\0\0\0\0\0\0\0\0\0\0\0\0";

	(void)state;
	git_begin();
	sh("git update-index --add --cacheinfo 160000,%s,m", commit);
	const vv_oid oid = git_commit("m");
	vv_repository *r = open_here();
	vv_sha256_ids *s = vv_sha256_ids_new(r);
	vv_assert_ok(vv_sha256_id_of(id, s, &oid, &err), &err);
	vv_assert_ok(vv_sha256(want, tree, sizeof(tree) - 1, &err), &err);
	assert_memory_equal(id, want, sizeof(id));
	vv_sha256_ids_free(s);
	vv_repository_close(r);
}

static void missing_and_damaged_objects_have_no_id(void **state)
{
	uint8_t id[VV_SHA256_LEN];

	(void)state;
	make();
	const vv_oid head = oid_of(out("git rev-parse HEAD")),
		     before = oid_of(out("git rev-parse HEAD~1"));
	sh("large=$(git rev-parse HEAD~1:large); rm -f .git/objects/$(printf %%s $large | sed 's,^..,&/,')");
	vv_repository *r = open_here();
	vv_sha256_ids *s = vv_sha256_ids_new(r);
	assert_int_equal(vv_sha256_id_of(id, s, &before, &err), VV_EMISSING);
	vv_assert_ok(vv_sha256_id_of(id, s, &head, &err), &err);
	const vv_oid none = oid_of("0123456789012345678901234567890123456789");
	assert_int_equal(vv_sha256_id_of(id, s, &none, &err), VV_ENOTFOUND);
	vv_sha256_ids_free(s);
	vv_repository_close(r);
	/* a file in the place of a folder */
	sh("x=.git/objects/$(git rev-parse HEAD:a | sed 's,^..,&/,'); y=.git/objects/$(git rev-parse HEAD:a0 | sed 's,^..,&/,'); "
	   "chmod u+w $x; cp $y $x");
	r = open_here();
	s = vv_sha256_ids_new(r);
	assert_true(vv_sha256_id_of(id, s, &head, &err) < 0);
	vv_sha256_ids_free(s);
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(ids_are_those_of_git_in_the_sha256_format),
	cmocka_unit_test(a_submodule_counts_with_the_bytes_of_its_commit),
	cmocka_unit_test(missing_and_damaged_objects_have_no_id),
};

VV_TEST_SUITE(sha256_id)
