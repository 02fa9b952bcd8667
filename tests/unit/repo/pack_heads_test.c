/*
 * pack_heads: types and sizes against git's own, and packs with flipped bits.
 */
#include "repo/git/pack_heads.h"

#include <stdio.h>
#include <string.h>

#include "repo/git/blob.h"

#define git_commit fixture_commit /* libgit2 has a type of this name */
#include "tests/unit/repo/git_fixture.h"

#define PACK ".git/objects/pack/pack-*.pack"
#define INDEX ".git/objects/pack/pack-*.idx"

static vv_error err;

/* Commits, trees, a tag, and blobs that are long chains of differences, in one pack. */
static void make(bool offsets)
{
	git_begin();
	sh("for i in $(seq 30); do seq $i 400 > f; echo $i > g$i; git add .; git commit -qm $i; done; git tag -m t t; "
	   "git -c repack.useDeltaBaseOffset=%s repack -adfq --depth=50 --window=50; chmod u+w .git/objects/pack/*; "
	   "git cat-file --batch-all-objects --batch-check > .git/all",
	   offsets ? "true" : "false");
}

/* Are the first bytes known? Those of a sound pack must be as libgit2 reads them. */
static size_t begins_right(vv_repository *r, const git_oid *id, uint64_t size, vv_pack_begins *memo,
			   bool sound)
{
	uint8_t begin[VV_PACK_BEGIN];
	git_odb_object *object;

	if (size < VV_PACK_BEGIN || !vv_pack_heads_begin(r, id, memo, begin)) return 0;
	if (sound) {
		vv_assert_ok(vv_object_read(r, id, GIT_OBJECT_ANY, UINT64_MAX, &object, &err),
			     &err);
		assert_memory_equal(begin, git_odb_object_data(object), sizeof(begin));
		git_odb_object_free(object);
	}
	return 1;
}

/* How many are answered; those of a sound pack must be as git has them. Packs are mapped in the first of two passes. */
static size_t answered(bool sound)
{
	char hex[GIT_OID_HEXSZ + 1], type[20];
	unsigned long long size;
	vv_repository *r;
	FILE *f = fopen(".git/all", "r");
	size_t count = 0, asked = 0, begun = 0;
	vv_pack_begins memo = {0};

	assert_non_null(f);
	if (vv_repository_open(&r, NULL, vv_test_env(), &err) < 0) {
		assert_false(sound);
		(void)fclose(f);
		return 0;
	}
	for (size_t pass = 0; pass < 2; pass++) {
		for (rewind(f); fscanf(f, "%40s %19s %llu", hex, type, &size) == 3; asked += pass) {
			git_object_t kind;
			uint64_t len;
			git_oid id;

			assert_int_equal(git_oid_fromstr(&id, hex), 0);
			begun += begins_right(r, &id, size, &memo, sound);
			if (vv_pack_heads_find(r, &id, &kind, &len, VV_IGNORED) == 1 && pass == 1) {
				count++;
				assert_true(!sound ||
					    (kind == git_object_string2type(type) && len == size));
			}
		}
	}
	(void)fclose(f);
	vv_free(memo.slots);
	assert_true(vv_pack_heads_plain(r, asked, true, &(vv_pack_sum){0}, &err) >= 0);
	vv_repository_close(r);
	assert_true(!sound || begun > asked / 2);
	assert_true(asked > 100 && (!sound || count == asked));
	return count;
}

static void types_and_sizes_are_those_of_git(void **state)
{
	(void)state;
	make(true);
	answered(true);
	make(false);
	answered(true);
}

static void no_flipped_bit_ends_the_process(void **state)
{
	vv_buf sound = VV_BUF_INIT, bytes = VV_BUF_INIT;
	size_t count = 0;
	vv_prng prng;

	(void)state;
	vv_prng_init(&prng, 48);
	for (unsigned i = 0; i < 4; i++) {
		char path[300];

		make(i / 2);
		(void)snprintf(path, sizeof path, "%s", out("echo %s", i % 2 ? PACK : INDEX));
		vv_buf_reset(&sound);
		vv_assert_ok(vv_read_file(&sound, path, 1 << 20, &err), &err);
		for (unsigned turn = 0; turn < 40; turn++) {
			vv_buf_reset(&bytes);
			vv_buf_put(&bytes, sound.data, sound.len);
			for (unsigned n = 0; n < 1 + turn * 5; n++) {
				const uint64_t bit = vv_prng_below(&prng, (sound.len - 40) * 8);

				bytes.data[bit / 8] = (char)(bytes.data[bit / 8] ^ 1 << bit % 8);
			}
			vv_assert_ok(vv_write_file(path, bytes.data, bytes.len, false, &err), &err);
			count += answered(false);
		}
	}
	assert_true(count > 1000);
	vv_buf_clear(&sound);
	vv_buf_clear(&bytes);
}

#define POINTER                                                                                    \
	"varve pointer: this is not the data but the text that stands for it in Git, and is long enough for one"

static int plain(uint64_t commits, bool all, uint64_t *bytes)
{
	vv_repository *r = open_here();
	vv_pack_sum sum = {.blob_bytes = *bytes};
	const int is = vv_pack_heads_plain(r, commits, all, &sum, &err);

	*bytes = sum.blob_bytes;
	vv_repository_close(r);
	return is;
}

static void a_history_without_pointers_is_told_without_a_walk(void **state)
{
	char want[32];

	(void)state;
	for (unsigned offsets = 0; offsets < 2; offsets++) {
		uint64_t bytes = 0;

		make(offsets);
		sh("echo loose > l; git add l; git commit -qm loose");
		(void)snprintf(want, sizeof want, "%s",
			       out("git cat-file --batch-all-objects --batch-check | "
				   "awk '$2 == \"blob\" {s += $3} END {print s}'"));
		assert_int_equal(plain(31, true, &bytes), 1);
		assert_string_equal(want, out("echo %llu", (unsigned long long)bytes));
		assert_int_equal(plain(40, false, &bytes), 1);
		assert_int_equal(plain(31, false, &bytes),
				 0); /* few commits, which a walk sees at once */
		bytes = 7;
		assert_int_equal(plain(14, true, &bytes), 0); /* most are older */
		assert_int_equal(bytes, 7);                   /* the walk counts them */
		sh("rm .git/objects/pack/*.idx");
		assert_int_equal(plain(40, true, &bytes), 1); /* the loose ones alone */
		sh("git index-pack --index-version=1 " PACK " > /dev/null");
		assert_int_equal(plain(40, true, &bytes), 0); /* a pack that is not read here */
	}
}

/* One pointer among plain files, which is a difference to one of these or the other way round, or a file of its own; begins are
 * short, and change. */
static void one_pointer_is_never_passed_over(void **state)
{
	static const char *const texts[] = {POINTER, "<<<<<<< HEAD\n" POINTER, POINTER "\n%s"};
	static const char *const keep[] = {"true", "git repack -adfq --depth=50 --window=50",
					   "git -c repack.useDeltaBaseOffset=false repack -adfq",
					   "git -c core.compression=0 repack -adfFq --window=0"};

	(void)state;
	for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
		for (size_t k = 0; k < sizeof keep / sizeof keep[0]; k++) {
			uint64_t bytes = 0;

			git_begin();
			sh("for i in 1 12 '' va varve 'varve p' varvf; do { printf \"$i\"; echo '%s' | cut -c7-; "
			   "seq 200; } > f; git add f; git commit -qm x; done",
			   POINTER);
			sh("%s", keep[k]);
			assert_int_equal(plain(40, true, &bytes), 1);
			sh("{ printf '%s'; seq 200; } > f; git add f; git commit -qm pointer; seq 300 > f; "
			   "git commit -qam after",
			   texts[t]);
			sh("%s", keep[k]);
			assert_int_equal(plain(40, true, &bytes), 0);
		}
	}
}

/* No pack and no folder of ours has it yet. */
static void a_pointer_that_is_only_staged_is_not_passed_over(void **state)
{
	static const char pointer[] = POINTER;
	vv_repository *r;
	vv_pack_sum sum = {0};
	vv_oid id;

	(void)state;
	make(true);
	vv_assert_ok(vv_repository_open(&r, NULL, vv_test_env(), &err), &err);
	assert_int_equal(vv_pack_heads_plain(r, 40, true, &sum, &err), 1);
	vv_assert_ok(vv_blob_write(r, pointer, strlen(pointer), &id, &err), &err);
	assert_int_equal(vv_pack_heads_plain(r, 40, true, &sum, &err), 0);
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_history_without_pointers_is_told_without_a_walk),
	cmocka_unit_test(one_pointer_is_never_passed_over),
	cmocka_unit_test(a_pointer_that_is_only_staged_is_not_passed_over),
	cmocka_unit_test(types_and_sizes_are_those_of_git),
	cmocka_unit_test(no_flipped_bit_ends_the_process),
};

VV_TEST_SUITE(pack_heads)
