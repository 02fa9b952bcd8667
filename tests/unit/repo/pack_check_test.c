#include "tests/unit/repo/git_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hint.h"
#include "repo/git/pack_check.h"

#define PACK ".git/objects/pack/pack-*.pack"
#define INDEX ".git/objects/pack/pack-*.idx"
#define MULTI ".git/objects/pack/multi-pack-index"
#define FANOUT_AT 8u
#define TABLES_AT (8u + 1024u)

static vv_error err;

/* Two commits in a pack. */
static void one_pack(void)
{
	git_begin();
	sh("for i in 1 2; do seq $i 200 > f$i; git add .; git commit -qm $i; done; git gc -q; rm -f .git/objects/info/commit-graph; "
	   "chmod u+w .git/objects/pack/*");
}

static vv_status check(void)
{
	return vv_git_packs_stay_within(out("echo $PWD/.git/objects"), true, &err);
}

static vv_buf read_it(const char *glob)
{
	vv_buf b = VV_BUF_INIT;

	vv_assert_ok(vv_read_file(&b, out("echo %s", glob), 1 << 20, &err), &err);
	return b;
}

static void write_it(const char *glob, const vv_buf *b)
{
	vv_assert_ok(vv_write_file(out("echo %s", glob), b->data, b->len, false, &err), &err);
}

static void put32(vv_buf *b, size_t at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++) {
		b->data[at + i] = (char)(value >> (24 - 8 * i));
	}
}

static uint32_t get32(const vv_buf *b, size_t at)
{
	const uint8_t *p = (const uint8_t *)b->data + at;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Where the offsets of a second version's index begin, and its large ones. */
static size_t offsets_at(const vv_buf *b)
{
	return TABLES_AT + get32(b, FANOUT_AT + 1020) * 24;
}

static size_t large_at(const vv_buf *b)
{
	return TABLES_AT + get32(b, FANOUT_AT + 1020) * 28;
}

/* With 4 bytes at a place changed to value it is refused, by name and with a way out. */
static void refused_with(const char *glob, const vv_buf *sound, size_t at, uint32_t value)
{
	vv_buf b = VV_BUF_INIT;
	const char *name = strrchr(out("echo %s", glob), '/') + 1;

	vv_buf_put(&b, sound->data, sound->len);
	put32(&b, at, value);
	write_it(glob, &b);
	vv_buf_clear(&b);
	vv_assert_status(check(), VV_ECORRUPT, &err);
	assert_non_null(strstr(err.message, name));
	assert_int_equal(err.hint_id, VV_HINT_FSCK_REPAIR);
	write_it(glob, sound);
	vv_assert_ok(check(), &err);
}

static void an_offset_beyond_the_pack_is_refused_by_name(void **state)
{
	vv_buf sound;
	uint32_t size;
	vv_repository *r;

	(void)state;
	one_pack();
	vv_assert_ok(check(), &err);
	sound = read_it(INDEX);
	size = (uint32_t)atoi(out("cat " PACK " | wc -c"));
	refused_with(INDEX, &sound, offsets_at(&sound), size - 20); /* where the checksum stands */
	refused_with(INDEX, &sound, offsets_at(&sound) + 4, 0x7fffffff);
	refused_with(INDEX, &sound, offsets_at(&sound) + 8, 11);     /* the header is none either */
	refused_with(INDEX, &sound, offsets_at(&sound), 0x80000000); /* no table of large ones */
	put32(&sound, offsets_at(&sound), size - 21);
	write_it(INDEX, &sound);
	vv_assert_ok(check(), &err);

	put32(&sound, offsets_at(&sound), size);
	write_it(INDEX, &sound);
	vv_assert_status(vv_repository_open(&r, NULL, vv_test_env(), &err), VV_ECORRUPT, &err);
	vv_assert_ok(vv_repository_open_unchecked(&r, NULL, vv_test_env(), &err), &err);
	vv_assert_status(vv_repository_check_packs(r, &err), VV_ECORRUPT, &err);
	vv_repository_close(r);
	vv_buf_clear(&sound);
}

/* 32 bits of libgit2's sums run over for some counts: they must not pass for sound. */
static void tables_that_do_not_fit_into_the_file_are_refused(void **state)
{
	vv_buf sound;
	uint32_t count;

	(void)state;
	one_pack();
	sound = read_it(INDEX);
	count = get32(&sound, FANOUT_AT + 1020);
	refused_with(INDEX, &sound, FANOUT_AT + 1020, count | 1u << 31);
	refused_with(INDEX, &sound, FANOUT_AT + 1020, count | 1u << 30);
	refused_with(INDEX, &sound, FANOUT_AT + 1020, count - 1);
	refused_with(INDEX, &sound, FANOUT_AT, count + 1);
	vv_buf_put(&sound, "1234567", 7);
	write_it(INDEX, &sound);
	vv_assert_status(check(), VV_ECORRUPT, &err);
	sound.len = 1000;
	write_it(INDEX, &sound);
	vv_assert_status(check(), VV_ECORRUPT, &err);
	vv_buf_clear(&sound);
}

static void offsets_of_eight_bytes_are_followed(void **state)
{
	vv_buf sound;

	(void)state;
	one_pack();
	sh("rm -f " INDEX "; git index-pack --index-version=2,0x40 " PACK
	   " > /dev/null; chmod u+w " INDEX);
	sound = read_it(INDEX);
	assert_true(sound.len > large_at(&sound) + 40 + 8);
	vv_assert_ok(check(), &err);
	refused_with(INDEX, &sound, large_at(&sound), 1); /* 4 GB */
	refused_with(INDEX, &sound, large_at(&sound), 1u << 31);
	refused_with(INDEX, &sound, sound.len - 40 - 4, 0xffffffff);
	refused_with(INDEX, &sound, offsets_at(&sound), 0xffffffff); /* no such line in the table */
	vv_buf_clear(&sound);
}

static void an_index_of_the_first_version_is_followed(void **state)
{
	vv_buf sound;
	uint32_t count;

	(void)state;
	one_pack();
	sh("rm -f " INDEX "; git index-pack --index-version=1 " PACK
	   " > /dev/null; chmod u+w " INDEX);
	sound = read_it(INDEX);
	count = get32(&sound, 1020);
	vv_assert_ok(check(), &err);
	refused_with(INDEX, &sound, 1024, 1u << 31);
	refused_with(INDEX, &sound, 1024 + 24 * (count - 1), 1u << 30);
	refused_with(INDEX, &sound, 1020, count | 1u << 31);
	vv_buf_clear(&sound);
}

static void what_libgit2_does_not_follow_counts_as_sound(void **state)
{
	vv_buf sound;

	(void)state;
	one_pack();
	sound = read_it(INDEX);
	put32(&sound, offsets_at(&sound), 0x7fffffff);
	write_it(INDEX, &sound);
	vv_assert_status(check(), VV_ECORRUPT, &err);
	sh("mv " PACK " ../kept; head -c -1 ../kept > $(echo " INDEX " | sed s/idx$/pack/)");
	vv_assert_ok(check(), &err); /* it is the pack that was cut: read errors tell */
	sh("rm " PACK);
	vv_assert_ok(check(), &err);
	sh("mv ../kept $(echo " INDEX " | sed s/idx$/pack/)");
	vv_assert_status(check(), VV_ECORRUPT, &err);
	put32(&sound, 4, 3);
	write_it(INDEX, &sound);
	vv_assert_ok(check(), &err);
	sh("rm -r .git/objects/pack");
	vv_assert_ok(check(), &err);
	vv_buf_clear(&sound);
}

static void a_pack_that_is_a_symbolic_link_is_as_long_as_what_it_leads_to(void **state)
{
	vv_buf sound;

	(void)state;
	one_pack();
	sound = read_it(INDEX);
	sh("mkdir ../kept; mv " PACK " ../kept; ln -s $PWD/../kept/*.pack .git/objects/pack/");
	vv_assert_ok(check(), &err);
	refused_with(INDEX, &sound, offsets_at(&sound), 0x7fffffff);
	sh("rm ../kept/*.pack");
	vv_assert_ok(check(), &err); /* it leads nowhere: no pack */
	vv_buf_clear(&sound);
}

/* A third table behind the offsets, with the first object's in it. */
static void add_large(vv_buf *b)
{
	vv_buf n = VV_BUF_INIT;
	size_t chunks = (uint8_t)b->data[6], end = 12 + (chunks + 1) * 12, places = 0;
	uint8_t line[12] = {'L', 'O', 'F', 'F'};

	vv_buf_put(&n, b->data, 12);
	n.data[6] = (char)(chunks + 1);
	for (size_t i = 0; i < chunks; i++) {
		size_t at = 12 + i * 12;

		if (memcmp(b->data + at, "OOFF", 4) == 0) {
			places = get32(b, at + 8) + 12;
		}
		vv_buf_put(&n, b->data + at, 12);
		put32(&n, at + 8, get32(b, at + 8) + 12);
	}
	vv_buf_put(&n, line, 12);
	put32(&n, n.len - 4, (uint32_t)b->len - 20 + 12);
	vv_buf_put(&n, b->data + end - 12, 12);
	put32(&n, n.len - 4, (uint32_t)b->len - 20 + 12 + 8);
	vv_buf_put(&n, b->data + end, b->len - 20 - end);
	memset(line, 0, sizeof line);
	vv_buf_put(&n, line, 8);
	put32(&n, n.len - 4, get32(&n, places + 4));
	put32(&n, places + 4, 1u << 31);
	vv_buf_put(&n, b->data + b->len - 20, 20);
	vv_buf_clear(b);
	*b = n;
}

static size_t chunk_at(const vv_buf *b, const char *id)
{
	for (size_t at = 12;; at += 12) {
		assert_true(at + 12 < b->len);
		if (memcmp(b->data + at, id, 4) == 0) return at;
	}
}

static void the_index_of_several_packs_is_followed(void **state)
{
	vv_buf sound;
	size_t places, larges;
	uint32_t pack;

	(void)state;
	one_pack();
	sh("seq 300 > g; git add g; git commit -qm g; git repack -q -d; git multi-pack-index write; chmod u+w " MULTI);
	sound = read_it(MULTI);
	vv_assert_ok(check(), &err);
	places = get32(&sound, chunk_at(&sound, "OOFF") + 8);
	refused_with(MULTI, &sound, places + 4, 1u << 30);
	refused_with(MULTI, &sound, places + 4, 1u << 31);
	refused_with(MULTI, &sound, places, 2); /* of two packs */
	refused_with(MULTI, &sound, 8, 1);
	refused_with(MULTI, &sound, get32(&sound, chunk_at(&sound, "OIDF") + 8) + 1020, 1u << 31);
	refused_with(MULTI, &sound, chunk_at(&sound, "OIDL") + 8, 0);
	refused_with(MULTI, &sound, get32(&sound, chunk_at(&sound, "PNAM") + 8), 0);
	add_large(&sound);
	write_it(MULTI, &sound);
	vv_assert_ok(check(), &err);
	larges = get32(&sound, chunk_at(&sound, "LOFF") + 8);
	places += 12;
	refused_with(MULTI, &sound, larges, 1);
	refused_with(MULTI, &sound, places + 4, 1u << 31 | 1u);

	pack = get32(&sound, 0); /* another program's, which libgit2 does not know */
	put32(&sound, chunk_at(&sound, "LOFF"), pack);
	put32(&sound, places, 77);
	write_it(MULTI, &sound);
	vv_assert_ok(check(), &err);
	vv_buf_clear(&sound);
}

static void alternates_are_looked_at(void **state)
{
	vv_buf sound;

	(void)state;
	one_pack();
	sh("mkdir -p ../other/objects/info ../third/objects/pack; "
	   "echo ../../../other/objects > .git/objects/info/alternates");
	sh("(echo '# a comment'; echo; cd ..; echo $PWD/third/objects; echo $PWD/nowhere) > ../other/objects/info/alternates; "
	   "mv .git/objects/pack/* ../third/objects/pack");
	vv_assert_ok(check(), &err);
	sound = read_it("../third/objects/pack/*.idx");
	put32(&sound, offsets_at(&sound), 1u << 30);
	write_it("../third/objects/pack/*.idx", &sound);
	vv_buf_clear(&sound);
	vv_assert_status(check(), VV_ECORRUPT, &err);
	assert_non_null(strstr(err.hint, "git index-pack ")); /* fsck here leaves it alone */
	sh("%s", err.hint);
	vv_assert_ok(check(), &err);

	sh("git multi-pack-index --object-dir=$(cd ../third/objects; pwd) write");
	sound = read_it("../third/objects/pack/multi-pack-index");
	put32(&sound, sound.len - 24, 1u << 30); /* the last place of an object */
	sh("chmod u+w ../third/objects/pack/multi-pack-index");
	write_it("../third/objects/pack/multi-pack-index", &sound);
	vv_buf_clear(&sound);
	vv_assert_status(check(), VV_ECORRUPT, &err);
	assert_non_null(strstr(err.hint, ": rm -f "));
	sh("%s", strstr(err.hint, "rm -f "));
	vv_assert_ok(check(), &err);
}

/* libgit2 reads the objects of six levels, and so does Git. */
static void alternates_are_looked_at_as_deep_as_libgit2_reads_them(void **state)
{
	vv_buf sound;

	(void)state;
	one_pack();
	sh("at=.git; for i in 1 2 3 4 5 6; do mkdir -p ../$i/objects/info ../$i/objects/pack; "
	   "(cd ../$i/objects; pwd) > $at/objects/info/alternates; at=../$i; done; "
	   "mv .git/objects/pack/* ../6/objects/pack; git cat-file -e HEAD");
	vv_assert_ok(check(), &err);
	sound = read_it("../6/objects/pack/*.idx");
	put32(&sound, offsets_at(&sound), 1u << 30);
	write_it("../6/objects/pack/*.idx", &sound);
	vv_buf_clear(&sound);
	vv_assert_status(check(), VV_ECORRUPT, &err);
}

/* What passes the check can be read, or cannot, and never ends the process. */
static void no_flipped_bit_of_an_index_ends_the_process(void **state)
{
	static const char *const globs[] = {INDEX, MULTI};
	size_t step = getenv("VARVE_TEST_ALL") ? 1 : 29, refused = 0, read = 0;
	vv_oid ids[6];
	char path[300];

	(void)state;
	one_pack();
	sh("git multi-pack-index write; chmod u+w " MULTI);
	for (unsigned i = 0; i < 6; i++) {
		ids[i] = oid_of(
			out("git rev-list --objects --all | cut -c1-40 | sed -n %up", i + 1));
	}
	for (size_t g = 0; g < 2; g++) {
		vv_buf b = read_it(globs[1 - g]);

		(void)snprintf(path, sizeof path, "%s", out("echo %s", globs[1 - g]));
		for (size_t bit = 0; bit < b.len * 8; bit += step) {
			vv_repository *r;

			b.data[bit / 8] = (char)(b.data[bit / 8] ^ 1 << bit % 8);
			vv_assert_ok(vv_write_file(path, b.data, b.len, false, &err), &err);
			if (vv_repository_open(&r, NULL, vv_test_env(), &err) == VV_OK) {
				for (unsigned i = 0; i < 6; i++) {
					vv_buf text = VV_BUF_INIT;

					read += vv_blob_read(r, &ids[i], 9999, &text, &err) ==
						VV_OK;
					vv_buf_clear(&text);
				}
				vv_repository_close(r);
			} else {
				refused++;
			}
			b.data[bit / 8] = (char)(b.data[bit / 8] ^ 1 << bit % 8);
		}
		vv_buf_clear(&b);
		vv_assert_ok(vv_unlink(MULTI, true, &err), &err);
	}
	assert_true(refused > 10 && read > 100);
}

static vv_status refuse_file(void *payload, const char *name, bool index, vv_error *e)
{
	(void)payload;
	(void)index;
	return vv_fail(e, VV_ENOTFOUND, "refused %s", name);
}

static void what_the_caller_refuses_of_a_damaged_file_is_not_passed_over(void **state)
{
	const char *objects;

	(void)state;
	one_pack();
	objects = out("echo $PWD/.git/objects");
	vv_assert_ok(vv_git_packs_check(objects, true, refuse_file, NULL, &err), &err);
	vv_buf b = read_it(INDEX);
	b.data[b.len - 1] ^= 1;
	write_it(INDEX, &b);
	vv_buf_clear(&b);
	vv_assert_status(vv_git_packs_check(objects, true, refuse_file, NULL, &err), VV_ENOTFOUND,
			 &err);
	assert_non_null(strstr(err.message, "refused pack-"));
	sh("rm -rf .git/objects/pack");
	vv_assert_ok(vv_git_packs_check(objects, true, refuse_file, NULL, &err), &err);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_the_caller_refuses_of_a_damaged_file_is_not_passed_over),
	cmocka_unit_test(an_offset_beyond_the_pack_is_refused_by_name),
	cmocka_unit_test(tables_that_do_not_fit_into_the_file_are_refused),
	cmocka_unit_test(offsets_of_eight_bytes_are_followed),
	cmocka_unit_test(an_index_of_the_first_version_is_followed),
	cmocka_unit_test(what_libgit2_does_not_follow_counts_as_sound),
	cmocka_unit_test(a_pack_that_is_a_symbolic_link_is_as_long_as_what_it_leads_to),
	cmocka_unit_test(the_index_of_several_packs_is_followed),
	cmocka_unit_test(alternates_are_looked_at),
	cmocka_unit_test(alternates_are_looked_at_as_deep_as_libgit2_reads_them),
	cmocka_unit_test(no_flipped_bit_of_an_index_ends_the_process),
};

VV_TEST_SUITE(pack_check)
