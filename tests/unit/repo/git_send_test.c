/*
 * git_send: what is sent of a history, and that git finds it whole on the other side.
 */
#include "tests/unit/repo/git_transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hint.h"
#include "base/sys.h"
#include "repo/git/pointer.h"

static vv_repository *open_peer(void)
{
	vv_repository *r = NULL;
	vv_error err;

	sh("test -d ../peer.git || git init -q --bare ../peer.git");
	vv_assert_ok(vv_repository_open(&r, "../peer.git", vv_test_env(), &err), &err);
	return r;
}

static transfer send_main(const vv_oid *have)
{
	vv_repository *from = open_here(), *to = open_peer();
	vv_oid want = rev(from, "HEAD");
	vv_error err;
	transfer t;

	vv_assert_ok(transfer_all(&t, from, to, &want, have, "main", &err), &err);
	vv_repository_close(to);
	vv_repository_close(from);
	assert_string_equal(
		out("git -C ../peer.git fsck --strict --full --no-dangling 2>&1 | grep -v ^notice: ; true"),
		"");
	assert_string_equal(out("git -C ../peer.git rev-parse main"), out("git rev-parse HEAD"));
	return t;
}

static void a_history_arrives_whole(void **state)
{
	transfer t;

	(void)state;
	git_begin();
	sh("mkdir -p a/b; for i in 1 2 3; do seq $i 300 > a/b/f; echo $i > g; ln -sf $i l; git add .; git commit -qm $i; done");
	t = send_main(NULL);
	assert_int_equal(t.commits, 3);
	assert_int_equal(t.objects, strtoul(out("git rev-list --objects main | wc -l"), NULL, 10));
	assert_int_equal(t.with_base, 2u * (1 + 3 + 3)); /* commit, trees, files, of the last two */
	assert_string_equal(out("ls -d ../peer.git/objects/tmp_objdir* 2>/dev/null; true"), "");
}

/* Around the length up to which the receiver's zlib has the smaller window. */
static void objects_of_any_length_arrive(void **state)
{
	(void)state;
	git_begin();
	sh("for n in 0 1 4095 4096 4097 65536 300000; do seq 100000 | head -c $n > lines$n; "
	   "seq 300000 | gzip -n | head -c $n > noise$n; done; "
	   "git add .; git commit -qm 1; for i in $(seq 200); do echo $i > many-files-in-one-tree-$i; done; git add .; git commit -qm 2");
	assert_int_equal(send_main(NULL).commits, 2);
	assert_string_equal(
		out("git -C ../peer.git rev-list --objects --all | cut -c1-40 | git -C ../peer.git cat-file --batch | sha1sum"),
		out("git rev-list --objects --all | cut -c1-40 | git cat-file --batch | sha1sum"));
}

static void only_what_is_new_is_sent(void **state)
{
	vv_oid have;
	transfer t;

	(void)state;
	git_begin();
	sh("mkdir -p a/b c; echo 1 > a/b/f; echo 2 > c/g; git add .; git commit -qm 1");
	(void)send_main(NULL);
	have = oid_of(out("git rev-parse HEAD"));
	sh("echo 3 > a/b/f; git commit -qam 2");
	t = send_main(&have);
	assert_int_equal(t.objects, 5); /* a file, three trees, a commit */
	assert_int_equal(t.with_base, 5);
	have = oid_of(out("git rev-parse HEAD"));
	t = send_main(&have);
	assert_int_equal(t.objects, 0);
}

static void a_merge_brings_only_what_neither_side_has(void **state)
{
	vv_oid have;
	transfer t;

	(void)state;
	git_begin();
	sh("mkdir x y; seq 100 > x/f; seq 200 > y/g; git add .; git commit -qm 0; git checkout -q -b s; "
	   "echo s >> x/f; git commit -qam s; git checkout -q main; echo m >> y/g; git commit -qam m");
	(void)send_main(NULL);
	have = oid_of(out("git rev-parse HEAD"));
	sh("git merge -q --no-edit s");
	t = send_main(&have);
	assert_int_equal(t.commits, 2);
	/* s: file, x, top, commit; the merge: top and commit. */
	assert_int_equal(t.objects, 6);
}

static void tags_come_last_and_inner_ones_first(void **state)
{
	vv_repository *from, *to;
	vv_oid wants[3];
	vv_error err;
	transfer t = {0};

	(void)state;
	git_begin();
	sh("echo 1 > f; git add f; git commit -qm 1; git tag -a -m x one; git tag -a -m y two one; "
	   "git tag -a -m t tree HEAD^{tree}; git tag -a -m b blob HEAD:f; echo 2 > f; git commit -qam 2");
	from = open_here();
	to = open_peer();
	wants[0] = oid_of(out("git rev-parse two"));
	wants[1] = oid_of(out("git rev-parse tree"));
	wants[2] = oid_of(out("git rev-parse blob"));
	vv_assert_ok(vv_git_receive_open(&t.to, to, NULL, &err), &err);
	vv_assert_ok(transfer_objects(&t, from, wants, 3, NULL, 0, &err), &err);
	assert_int_equal(t.commits, 1);
	assert_int_equal(t.objects, 3 + 4);
	vv_assert_ok(vv_git_receive_end(t.to, wants, 3, &err), &err);
	vv_assert_ok(vv_git_receive_install(t.to, &err), &err);
	vv_git_receive_close(t.to);
	sh("cd ../peer.git && git update-ref refs/tags/two %s && git update-ref refs/tags/tree %s && git update-ref refs/tags/blob %s && git fsck --strict",
	   hex_of(&wants[0]), hex_of(&wants[1]), hex_of(&wants[2]));
	/* Whoever has the outer tag has all of it. */
	memset(&t, 0, sizeof t);
	vv_assert_ok(vv_git_objects_each(from, wants, 1, wants, 1, 0, NULL, NULL, &t.commits, &err),
		     &err);
	assert_int_equal(t.commits, 0);
	vv_repository_close(to);
	vv_repository_close(from);
}

static vv_status count_object(void *payload, const vv_git_object *o, vv_error *err)
{
	(void)o;
	(void)err;
	++*(uint64_t *)payload;
	return VV_OK;
}

static void what_cannot_be_sent_is_refused(void **state)
{
	vv_repository *r;
	vv_oid want, other;
	uint64_t count = 0;
	vv_error err;

	(void)state;
	git_begin();
	sh("head -c 3000 /dev/zero > big; git add .; git commit -qm 1; echo > f; git add f; git commit -qm 2");
	r = open_here();
	want = rev(r, "HEAD");
	vv_assert_status(
		vv_git_objects_each(r, &want, 1, NULL, 0, 2999, count_object, &count, NULL, &err),
		VV_EREFUSED, &err);
	vv_assert_contains(err.message, "big");
	assert_int_equal(err.hint_id, VV_HINT_AS_FILE);
	memset(&other, 7, sizeof other);
	vv_assert_status(
		vv_git_objects_each(r, &other, 1, NULL, 0, 3000, count_object, &count, NULL, &err),
		VV_ENOTFOUND, &err);
	vv_assert_ok(
		vv_git_objects_each(r, &want, 1, &other, 1, 3000, count_object, &count, NULL, &err),
		&err); /* what they have and we do not know is no matter */
	vv_repository_close(r);
	sh("git clone -q --depth 1 file://$PWD ../cut");
	vv_assert_ok(vv_repository_open(&r, "../cut", vv_test_env(), &err), &err);
	vv_assert_status(
		vv_git_objects_each(r, &want, 1, NULL, 0, 3000, count_object, &count, NULL, &err),
		VV_EREFUSED, &err);
	vv_assert_contains(err.hint, "--unshallow");
	vv_repository_close(r);
	sh("rm -f .git/objects/$(git rev-parse HEAD~1:big | sed 's,^..,&/,')");
	r = open_here();
	vv_assert_status(
		vv_git_objects_each(r, &want, 1, NULL, 0, 3000, count_object, &count, NULL, &err),
		VV_EMISSING, &err);
	vv_repository_close(r);
}

/* Random histories with merges, renames and clocks that go astray. */
static void any_range_of_a_history_completes_what_is_there(void **state)
{
	unsigned round;

	(void)state;
	git_begin();
	sh("cat > ../grow.sh <<'END'\n"
	   "r=$1; n() { r=$(( (r * 1103515245 + 12345) & 0x7fffffff )); echo $(( r / 65536 %% $1 )); }\n"
	   "git checkout -q -B main; mkdir -p a/b c\n"
	   "for i in $(seq 40); do\n"
	   "  n 5 > /dev/null; k=$(n 6); n 7 > /dev/null; d=$(n 3)\n"
	   "  case $d in 0) f=a/b/f$k;; 1) f=c/f$k;; 2) f=f$k;; esac\n"
	   "  r=$(( (r * 1103515245 + 12345) & 0x7fffffff ))\n"
	   "  seq $((r %% 50)) 60 > $f; git add -A\n"
	   "  GIT_COMMITTER_DATE=\"$((1700000000 + (r / 7 %% 3000) * 100)) +0000\" git commit -qm $i --allow-empty\n"
	   "  git branch -f b$i\n"
	   "  if [ $((i %% 5)) = 0 ]; then j=$((i - r %% 4 - 1)); git checkout -q --detach b$j; echo $i > n$i; git add -A; git commit -qm s$i; git branch -f s$i; git checkout -q main; git merge -q --no-edit -X ours s$i; fi\n"
	   "done\n"
	   "END");
	for (round = 1; round <= 3; round++) {
		vv_repository *from, *to;
		vv_oid have, want;
		vv_error err;
		transfer t;

		sh("rm -rf .git ../peer.git a c f* n*; git init -q .; sh ../grow.sh %u; git init -q --bare ../peer.git",
		   round * 7919);
		from = open_here();
		to = open_peer();
		want = rev(from, round == 1 ? "b7" : "s10");
		vv_assert_ok(transfer_all(&t, from, to, &want, NULL, "x", &err), &err);
		have = want;
		want = rev(from, round == 3 ? "s20" : "b22");
		vv_assert_ok(transfer_all(&t, from, to, &want, &have, "y", &err), &err);
		assert_int_equal(t.commits, strtoul(out("git rev-list --count %s ^%s",
							hex_of(&want), hex_of(&have)),
						    NULL, 10));
		have = want;
		want = rev(from, "main");
		vv_assert_ok(transfer_all(&t, from, to, &want, &have, "main", &err), &err);
		assert_int_equal(t.commits, strtoul(out("git rev-list --count %s ^%s",
							hex_of(&want), hex_of(&have)),
						    NULL, 10));
		vv_repository_close(to);
		vv_repository_close(from);
		sh("cd ../peer.git && git fsck --strict --full --no-dangling 2>&1 | (! grep -v ^notice:)");
		sh("git rev-list --objects main | cut -c-40 | sort > ../ours; cd ../peer.git; git rev-list --objects main | cut -c-40 | sort | cmp - ../ours");
	}
}

/* --- negotiation ------------------------------------------------------------------------ */

static void known_is_what_a_ref_reaches(void **state)
{
	vv_repository *r;
	vv_oid ids[8];
	bool known[8];
	vv_error err;

	(void)state;
	git_begin();
	sh("for i in 1 2 3; do echo $i > f; git add f; git commit -qm $i; done; git tag -a -m x v HEAD~1; "
	   "git commit -q --allow-empty -m lost; git branch lost; git reset -q --hard HEAD~1; git rev-parse lost > ../lost; git branch -qD lost");
	ids[0] = oid_of(out("git rev-parse HEAD"));
	ids[1] = oid_of(out("git rev-parse HEAD~2"));
	ids[2] = oid_of(out("git rev-parse v"));
	ids[3] = oid_of(out("cat ../lost"));
	ids[4] = oid_of(out("git rev-parse HEAD^{tree}"));
	memset(&ids[5], 9, sizeof ids[5]);
	ids[6] = ids[0];
	r = open_here();
	vv_assert_ok(vv_commits_known(r, ids, 7, known, &err), &err);
	assert_true(known[0] && known[1] && known[2] && known[6]);
	assert_false(known[3] || known[4] || known[5]);
	vv_assert_ok(vv_commits_known(r, ids, 0, known, &err), &err);
	vv_repository_close(r);
}

static void a_sample_thins_out_towards_the_past(void **state)
{
	vv_repository *r;
	vv_oids ids;
	size_t i;
	bool all;
	vv_error err;

	(void)state;
	git_begin();
	r = open_here();
	vv_assert_ok(vv_commits_sample(r, 10, 0, &ids, &all, &err), &err);
	assert_int_equal(ids.count, 0);
	vv_oids_clear(&ids);
	vv_repository_close(r);
	sh("for i in $(seq 40); do echo $i; git commit -q --allow-empty -m $i --date=$((1600000000+i)); done > /dev/null; git branch old HEAD~33");
	r = open_here();
	vv_assert_ok(vv_commits_sample(r, 256, 0, &ids, &all, &err), &err);
	assert_int_equal(ids.count, 2 + 6 + 3); /* tips; 1 .. 32 above old; 1, 2, 4 below it */
	assert_true(all);
	for (i = 0; i < ids.count; i++) {
		assert_string_equal(out("git merge-base --is-ancestor %s main && echo yes",
					hex_of(&ids.items[i])),
				    "yes");
	}
	vv_oids_clear(&ids);
	vv_assert_ok(vv_commits_sample(r, 4, 0, &ids, &all, &err), &err);
	assert_int_equal(ids.count, 4);
	assert_false(all);
	assert_true(vv_oid_equal(&ids.items[0], &(vv_oid){{0}}) == false);
	vv_oids_clear(&ids);
	vv_assert_ok(vv_commits_sample(r, 256, 9, &ids, &all, &err), &err);
	assert_in_range(ids.count, 2, 9); /* of nine commits that are looked at */
	assert_false(all);
	vv_oids_clear(&ids);
	vv_repository_close(r);
}

static void a_range_with_a_beginning_of_its_own_is_not_bounded(void **state)
{
	vv_repository *r;
	vv_oid want, common, other;
	bool bounded;
	vv_error err;

	(void)state;
	git_begin();
	sh("for i in 1 2 3 4; do git commit -q --allow-empty -m $i; done; git checkout -q --orphan o; git commit -q --allow-empty -m o; "
	   "git checkout -q main; git branch joined; git checkout -q joined; git merge -q --no-edit --allow-unrelated-histories o; git tag -a -m x t main");
	r = open_here();
	want = rev(r, "main");
	common = rev(r, "main~2");
	other = rev(r, "o");
	vv_assert_ok(vv_commits_bounded(r, &want, 1, &common, 1, &bounded, &err), &err);
	assert_true(bounded);
	vv_assert_ok(vv_commits_bounded(r, &want, 1, &want, 1, &bounded, &err), &err);
	assert_true(bounded);
	want = oid_of(out("git rev-parse t"));
	vv_assert_ok(vv_commits_bounded(r, &want, 1, &common, 1, &bounded, &err), &err);
	assert_true(bounded);
	vv_assert_ok(vv_commits_bounded(r, &want, 1, &other, 1, &bounded, &err), &err);
	assert_false(bounded);
	want = rev(r, "joined");
	vv_assert_ok(vv_commits_bounded(r, &want, 1, &common, 1, &bounded, &err), &err);
	assert_false(bounded);
	vv_repository_close(r);
}

/* --- roots --------------------------------------------------------------------------------- */

static vv_cid root_number(unsigned n)
{
	vv_cid cid = {0, {0}};

	cid.codec = VV_CODEC_DAG_CBOR;
	cid.digest[31] = (uint8_t)n;
	return cid;
}

static void write_pointer(const char *path, unsigned number, const char *column)
{
	vv_pointer_column columns[1] = {{column, strlen(column), "integer"}};
	vv_pointer p = {0};
	vv_buf b = VV_BUF_INIT;

	p.kind = "table";
	p.root = root_number(number);
	p.columns = columns;
	p.column_count = 1;
	vv_pointer_put(&b, &p);
	vv_test_write(path, b.data, b.len);
	vv_buf_clear(&b);
}

static vv_status note_root(void *payload, const vv_new_root *n, vv_error *err)
{
	(void)err;
	vv_buf_printf(payload, "%u<%u%s %s, ", n->root.digest[31], n->before.digest[31],
		      n->known_before ? "!" : "", n->path);
	return VV_OK;
}

static const char *roots_of(const char *want_name, const char *have_name)
{
	static vv_buf text;
	vv_repository *r = open_here();
	vv_oid want = rev(r, want_name), have;
	vv_error err;

	vv_buf_clear(&text);
	if (have_name) {
		have = rev(r, have_name);
	}
	vv_assert_ok(
		vv_new_roots_each(r, &want, 1, &have, have_name ? 1 : 0, note_root, &text, &err),
		&err);
	vv_repository_close(r);
	return vv_buf_cstr(&text);
}

static vv_status note_link(void *payload, const vv_new_root *n, vv_error *err)
{
	(void)err;
	vv_buf_printf(payload, "%u<%u %s, ", n->root.digest[31], n->before.digest[31],
		      n->link ? n->link : "-");
	return VV_OK;
}

/* What is linked where .varveconfig has these lines, in which ROOT is the first version; refused: by git, too. */
static void links_are(const char *config, const char *wanted, bool refused)
{
	vv_buf text = VV_BUF_INIT, line = VV_BUF_INIT;
	vv_repository *r;
	vv_oid want;
	vv_error err;

	git_begin();
	write_pointer("t.csv", 1, "a");
	vv_buf_printf(&line,
		      "root=$(sed -n 's/.*\"root\": *\"\\([a-z0-9]*\\)\".*/\\1/p' t.csv); "
		      "[ -n \"$root\" ] && printf '%s' | sed \"s/ROOT/$root/\" > .varveconfig",
		      config);
	sh("%s", vv_buf_cstr(&line));
	sh("%s git config -f .varveconfig -l > all 2>&1", refused ? "!" : "");
	sh("rm all; git add .; git commit -qm 1");
	write_pointer("t.csv", 2, "a");
	sh("git commit -qam 2; git tag two");
	r = open_here();
	want = rev(r, "two");
	vv_assert_ok(vv_new_roots_each(r, &want, 1, NULL, 0, note_link, &text, &err), &err);
	assert_string_equal(vv_buf_cstr(&text), wanted);
	vv_repository_close(r);
	vv_buf_clear(&text);
	vv_buf_clear(&line);
}

static void versions_are_linked_as_git_reads_the_lines(void **state)
{
	static const struct {
		const char *config, *links;
		bool refused;
	} cases[] = {
		{"[import \"t.csv\"]\\n\\turl = /u\\n\\troot = ROOT\\n\\tlink = true\\n",
		 "1<0 /u, 2<0 -, ", false},
		{"# c\\n[IMPORT \"t.csv\"] ; c\\nRoot=ROOT # c\\n Link\\n[other]x=1\\n[import "
		 "\"t.csv\"]\\nuRL = \"/a # b\" c  ; d\\n",
		 "1<0 /a # b c, 2<0 -, ", false},
		{"[import \"t.csv\"]\\nurl = /a\\\\\\n/b\\nroot = ROOT\\nlink = yes",
		 "1<0 /a/b, 2<0 -, ", false},
		{"[import \"x.y\\\\\"z\"]\\r\\nlink = on\\r\\nurl = /u\\r\\nroot = ROOT\\r\\n",
		 "1<0 /u, 2<0 -, ", false},
		{"[import \"t.csv\"]\\nurl = /u\\nroot = ROOT\\nlink = false\\n", "1<0 -, 2<1 -, ",
		 false},
		{"[import \"t.csv\"]\\nurl = /u\\nroot = ROOT\\n[import \"u.csv\"]\\nlink = true\\n",
		 "1<0 -, 2<1 -, ", false},
		{"[imports \"t.csv\"]\\nurl = /u\\nroot = ROOT\\nlink = true\\n", "1<0 -, 2<1 -, ",
		 false},
		{"[import \"t.csv\"]\\nurl = \"/u\\nroot = ROOT\\nlink = true\\n", "1<0 -, 2<1 -, ",
		 true},
		{"[import \"t.csv\"]\\nurl = /u\\nroot = ROOT\\nlink = true\\n!\\n",
		 "1<0 -, 2<1 -, ", true},
		{"url = /u\\nroot = ROOT\\nlink = true\\n[import \"t.csv\"", "1<0 -, 2<1 -, ",
		 true},
		{"[import \"t.csv\"]\\nurl = /u\\\\q\\nroot = ROOT\\nlink = true\\n",
		 "1<0 -, 2<1 -, ", true}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		links_are(cases[i].config, cases[i].links, cases[i].refused);
	}
}

static void each_new_version_is_told_with_the_one_before(void **state)
{
	(void)state;
	git_begin();
	sh("mkdir d");
	write_pointer("d/t.csv", 1, "a");
	sh("echo text > notes; git add .; git commit -qm 1; git tag one");
	write_pointer("d/t.csv", 2, "a");
	write_pointer("u.csv", 3, "b");
	sh("git add .; git commit -qm 2; git tag two");
	write_pointer("d/t.csv", 4, "a");
	sh("git commit -qam 3; git tag three");
	write_pointer("d/t.csv", 2, "a"); /* back again */
	sh("git commit -qam 4; git tag four");
	assert_string_equal(roots_of("four", NULL),
			    "1<0 d/t.csv, 2<1 d/t.csv, 3<0 u.csv, 4<2 d/t.csv, ");
	assert_string_equal(roots_of("four", "one"), "2<1! d/t.csv, 3<0 u.csv, 4<2 d/t.csv, ");
	assert_string_equal(roots_of("three", "two"), "4<2! d/t.csv, ");
	assert_string_equal(roots_of("four", "four"), "");
}

static void renamed_and_copied_tables_are_recognised(void **state)
{
	(void)state;
	git_begin();
	sh("mkdir d");
	write_pointer("x.csv", 1, "x");
	write_pointer("y.csv", 2, "y");
	write_pointer("z.csv", 3, "z");
	sh("git add .; git commit -qm 1; git tag one; git mv x.csv d/w.csv; git rm -q y.csv; cp z.csv copy.csv");
	write_pointer("d/v.csv", 4, "y"); /* was y.csv, as its columns say */
	sh("git add .; git commit -qm 2");
	assert_string_equal(roots_of("main", "one"), "4<2! d/v.csv, ");
	write_pointer("new.csv", 5, "n");
	sh("git add .; git commit -qm 3");
	assert_string_equal(roots_of("main", "one"), "4<2! d/v.csv, 5<0 new.csv, ");
}

static void a_merge_tells_only_of_what_it_made(void **state)
{
	(void)state;
	git_begin();
	write_pointer("a.csv", 1, "a");
	write_pointer("b.csv", 2, "b");
	sh("git add .; git commit -qm 1; git checkout -q -b side");
	write_pointer("a.csv", 3, "a");
	sh("git commit -qam s; git checkout -q main");
	write_pointer("b.csv", 4, "b");
	sh("git commit -qam m; git tag have; git merge -q --no-commit side > /dev/null");
	write_pointer("c.csv", 5, "c");
	sh("git add .; git commit -qm merge");
	assert_string_equal(roots_of("main", "have"), "3<1! a.csv, 5<0 c.csv, ");
}

/* The same step from tree to tree: a merge that had the version from its other side, and a commit. */
static void a_version_that_a_merge_had_is_told_when_a_commit_brings_it_back(void **state)
{
	(void)state;
	git_begin();
	write_pointer("t.csv", 1, "a");
	sh("git add .; git commit -qm 1; git checkout -q -b side");
	write_pointer("t.csv", 2, "a");
	sh("git commit -qam 2; git tag have; git checkout -q main; git merge -q --no-ff --no-edit side");
	write_pointer("t.csv", 1, "a");
	sh("git commit -qam back");
	assert_string_equal(roots_of("main", "have"), "1<2! t.csv, ");
	write_pointer("t.csv", 2, "a");
	sh("git commit -qam forth; git diff --quiet HEAD HEAD^^");
	assert_string_equal(roots_of("main", "have"), "1<2! t.csv, 2<1 t.csv, ");
}

static void a_history_that_goes_to_and_fro_tells_each_version_once(void **state)
{
	(void)state;
	git_begin();
	for (unsigned n = 0; n < 12; n++) {
		write_pointer("t.csv", n % 3 + 1, "a");
		sh("git add .; git commit -qm %u", n);
		if (n == 0) {
			sh("git tag first");
		} else if (n == 4) {
			sh("git tag fifth");
		}
	}
	write_pointer("u.csv", 4, "a");
	sh("git add .; git commit -qm u");
	assert_string_equal(roots_of("main", NULL), "1<0 t.csv, 2<1 t.csv, 3<2 t.csv, 4<0 u.csv, ");
	assert_string_equal(roots_of("main", "first"),
			    "2<1! t.csv, 3<2 t.csv, 1<3 t.csv, 4<0 u.csv, ");
	assert_string_equal(roots_of("main", "fifth"),
			    "3<2! t.csv, 1<3 t.csv, 2<1 t.csv, 4<0 u.csv, ");
}

typedef struct asking {
	vv_repository *repo;
	vv_oid want, have;
	vv_buf outer, inner;
} asking;

static vv_status ask_within(void *payload, const vv_new_root *n, vv_error *err)
{
	asking *a = payload;
	bool known = false;
	vv_status rc;

	(void)note_root(&a->outer, n, err);
	if ((rc = vv_commits_known(a->repo, &a->have, 1, &known, err)) < 0) return rc;
	assert_true(known);
	return vv_new_roots_each(a->repo, &a->have, 1, NULL, 0, note_root, &a->inner, err);
}

/* Walks know what earlier ones read, but not what those found out. */
static void a_walk_within_a_walk_disturbs_neither(void **state)
{
	asking a = {.outer = VV_BUF_INIT, .inner = VV_BUF_INIT};
	vv_error err;

	(void)state;
	git_begin();
	for (unsigned n = 1; n < 5; n++) {
		write_pointer("t.csv", n, "a");
		sh("git add .; git commit -qm %u", n);
	}
	a.repo = open_here();
	a.want = rev(a.repo, "main");
	a.have = rev(a.repo, "main~2");
	for (unsigned k = 0; k < 2; k++) {
		vv_buf_reset(&a.outer);
		vv_buf_reset(&a.inner);
		vv_assert_ok(
			vv_new_roots_each(a.repo, &a.want, 1, &a.have, 1, ask_within, &a, &err),
			&err);
		assert_string_equal(vv_buf_cstr(&a.outer), "3<2! t.csv, 4<3 t.csv, ");
		assert_string_equal(vv_buf_cstr(&a.inner),
				    "1<0 t.csv, 2<1 t.csv, 1<0 t.csv, 2<1 t.csv, ");
	}
	vv_repository_close(a.repo);
	vv_buf_clear(&a.outer);
	vv_buf_clear(&a.inner);
}

static void hear(void *payload, vv_note_kind kind, const char *line)
{
	(void)kind;
	vv_buf_puts(payload, line);
}

/* It names no version, and is told once. */
static void a_damaged_pointer_is_named_with_path_and_commit(void **state)
{
	vv_buf heard = VV_BUF_INIT;
	const vv_notes notes = {.note = hear, .payload = &heard};
	vv_repository *r;
	vv_oid want;
	vv_buf text = VV_BUF_INIT;
	vv_error err;

	(void)state;
	git_begin();
	sh("mkdir d; printf 'varve pointer: \\n{\"varve\": 1, \"kind\": \"table\", \"root\": \"bafy\", \"what is this\": 1234567890}' > d/t.csv; git add .; git commit -qm 1");
	r = open_here();
	want = rev(r, "HEAD");
	vv_repository_listen(r, &notes);
	vv_assert_ok(vv_new_roots_each(r, &want, 1, NULL, 0, note_root, &text, &err), &err);
	assert_int_equal(text.len, 0);
	vv_assert_contains(vv_buf_cstr(&heard), "d/t.csv");
	vv_assert_contains(vv_buf_cstr(&heard), out("git rev-parse --short=10 HEAD"));
	size_t len = heard.len;
	vv_assert_ok(vv_new_roots_each(r, &want, 1, NULL, 0, note_root, &text, &err), &err);
	assert_int_equal(heard.len, len);
	vv_repository_close(r);
	vv_buf_clear(&heard);
	vv_buf_clear(&text);
}

/* --- without memory ------------------------------------------------------------------------ */

static vv_status count_root(void *payload, const vv_new_root *n, vv_error *err)
{
	(void)n;
	(void)err;
	++*(uint64_t *)payload;
	return VV_OK;
}

static vv_status ask_all(vv_repository *r, const vv_oid *want, const vv_oid *have, vv_error *err)
{
	uint64_t objects = 0, roots = 0, commits = 0;
	vv_oids sample;
	bool known[2] = {false, false}, bounded = false, all;
	vv_oid both[2];
	vv_status rc;

	both[0] = *want;
	both[1] = *have;
	if ((rc = vv_git_objects_each(r, want, 1, have, 1, UINT64_MAX, count_object, &objects,
				      &commits, err)) < 0 ||
	    (rc = vv_new_roots_each(r, want, 1, have, 1, count_root, &roots, err)) < 0 ||
	    (rc = vv_commits_known(r, both, 2, known, err)) < 0 ||
	    (rc = vv_commits_bounded(r, want, 1, have, 1, &bounded, err)) < 0 ||
	    (rc = vv_commits_sample(r, 256, 0, &sample, &all, err)) < 0) {
		return rc;
	}
	const size_t count = sample.count;
	vv_oids_clear(&sample);
	assert_int_equal(commits, 3);
	assert_int_equal(objects, 4 + 4 + 3 + 1); /* two commits, a merge, the tag */
	assert_int_equal(roots, 2);
	assert_true(known[0] && known[1] && bounded);
	assert_int_equal(count, 4);
	return VV_OK;
}

static void without_memory_each_question_says_so(void **state)
{
	vv_oid want, have;
	unsigned n, failed = 0;
	bool struck = true;

	(void)state;
	git_begin();
	sh("mkdir d");
	write_pointer("d/a.csv", 1, "a");
	write_pointer("d/b.csv", 2, "b");
	sh("git add .; git commit -qm 1; git branch have; git checkout -q -b side; git mv d/a.csv c.csv");
	write_pointer("c.csv", 3, "a");
	sh("git add .; git commit -qm s; git checkout -q main");
	write_pointer("d/b.csv", 4, "b");
	sh("git commit -qam m; git merge -q --no-edit side; git tag -a -m x v; git branch -D side > /dev/null");
	want = oid_of(out("git rev-parse v"));
	have = oid_of(out("git rev-parse have"));
	for (n = 1; struck; n++) {
		vv_repository *r = open_here();
		vv_error err;
		vv_status rc;

		vv_fault_set(VV_FAULT_ALLOC, n, 12);
		rc = ask_all(r, &want, &have, &err);
		struck = vv_fault_clear();
		vv_repository_close(r);
		if (rc < 0) {
			assert_true(struck);
			vv_assert_status(rc, VV_ENOMEM, &err);
			failed++;
		}
	}
	assert_true(failed > 30);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_history_arrives_whole),
	cmocka_unit_test(objects_of_any_length_arrive),
	cmocka_unit_test(only_what_is_new_is_sent),
	cmocka_unit_test(a_merge_brings_only_what_neither_side_has),
	cmocka_unit_test(tags_come_last_and_inner_ones_first),
	cmocka_unit_test(what_cannot_be_sent_is_refused),
	cmocka_unit_test(any_range_of_a_history_completes_what_is_there),
	cmocka_unit_test(known_is_what_a_ref_reaches),
	cmocka_unit_test(a_sample_thins_out_towards_the_past),
	cmocka_unit_test(a_range_with_a_beginning_of_its_own_is_not_bounded),
	cmocka_unit_test(versions_are_linked_as_git_reads_the_lines),
	cmocka_unit_test(each_new_version_is_told_with_the_one_before),
	cmocka_unit_test(renamed_and_copied_tables_are_recognised),
	cmocka_unit_test(a_merge_tells_only_of_what_it_made),
	cmocka_unit_test(a_version_that_a_merge_had_is_told_when_a_commit_brings_it_back),
	cmocka_unit_test(a_history_that_goes_to_and_fro_tells_each_version_once),
	cmocka_unit_test(a_walk_within_a_walk_disturbs_neither),
	cmocka_unit_test(without_memory_each_question_says_so),
	cmocka_unit_test(a_damaged_pointer_is_named_with_path_and_commit),
};

VV_TEST_SUITE(git_send)
