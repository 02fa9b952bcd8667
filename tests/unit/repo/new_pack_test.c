/*
 * new_pack: packs and their indexes against git's own.
 */
#include "repo/git/new_pack.h"

#include <stdio.h>
#include <stdlib.h>

#define git_commit fixture_commit /* libgit2 has a type of this name */
#include "tests/unit/repo/git_fixture.h"

/* Lengths about where their number takes a byte more, and more objects than first bytes of ids. */
static void a_new_pack_and_its_index_are_as_git_makes_them(void **state)
{
	static const size_t lens[] = {0, 1, 15, 16, 17, 2047, 2048, 2049, 262143, 262144, 3000000};
	char *bytes = calloc(1, 3000000), hex[GIT_OID_HEXSZ + 1], text[24];
	vv_repository *r;
	vv_new_pack *p;
	git_oid id;
	vv_error err;
	bool added;

	(void)state;
	git_begin();
	r = open_here(); /* libgit2 runs */
	vv_assert_ok(vv_new_pack_open(&p, ".git/objects/objects", &err), &err);
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		for (size_t k = 0; k < lens[i]; k++) {
			bytes[k] = (char)(k * k >> (i & 7));
		}
		assert_int_equal(git_odb_hash(&id, bytes, lens[i], GIT_OBJECT_BLOB), 0);
		vv_assert_ok(vv_new_pack_add(p, &id, GIT_OBJECT_BLOB, bytes, lens[i], &added, &err),
			     &err);
	}
	for (unsigned i = 0; i < 600; i++) {
		size_t len = (size_t)snprintf(text, sizeof(text), "text %u", i);

		assert_int_equal(git_odb_hash(&id, text, len, GIT_OBJECT_BLOB), 0);
		vv_assert_ok(vv_new_pack_add(p, &id, GIT_OBJECT_BLOB, text, len, &added, &err),
			     &err);
	}
	vv_assert_ok(vv_new_pack_end(p, ".git/objects/pack", hex, &err), &err);
	vv_new_pack_close(p);
	vv_repository_close(r);
	free(bytes);
	sh("cd .git/objects/pack && git index-pack --strict -o ../git.idx pack-%s.pack && cmp ../git.idx pack-%s.idx",
	   hex, hex);
	sh("git verify-pack .git/objects/pack/pack-%s.idx", hex);
	assert_string_equal(out("git count-objects -v | sed -n 's/in-pack: //p'"), "611");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_new_pack_and_its_index_are_as_git_makes_them),
};

VV_TEST_SUITE(new_pack)
