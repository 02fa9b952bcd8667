#include "tests/unit/repo/git_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"
#include "repo/git/repository_init.h"

static const vv_init_options usual = {.program = "varve"};

static vv_repository *init_at(const char *path, const vv_init_options *opts, bool *created)
{
	vv_init_options own = *opts;
	vv_repository *r = NULL;
	vv_error err;

	own.env = vv_test_env();
	vv_assert_ok(vv_repository_init(&r, path, &own, created, &err), &err);
	return r;
}

static void init_makes_an_ordinary_repository(void **state)
{
	bool created;
	vv_repository *r;

	(void)state;
	git_home();
	r = init_at("new/deep", &usual, &created);
	assert_true(created);
	assert_true(vv_repository_is_initialised(r));
	assert_string_equal(out("git -C new/deep symbolic-ref HEAD"), "refs/heads/main");
	assert_string_equal(out("git -C new/deep config filter.varve.process"),
			    "varve filter-process");
	assert_string_equal(out("git -C new/deep config filter.varve.clean"),
			    "varve filter clean -- %f");
	assert_string_equal(out("git -C new/deep config filter.varve.smudge"),
			    "varve filter smudge -- %f");
	assert_string_equal(out("git -C new/deep config filter.varve.required"), "true");
	assert_string_equal(out("git -C new/deep config merge.varve.driver"),
			    "varve merge-file -- %O %A %B %P");
	assert_true(vv_exists("new/deep/.git/varve"));
	vv_repository_close(r);
}

static void init_a_second_time_changes_nothing(void **state)
{
	bool created;
	const char *before;

	(void)state;
	git_home();
	vv_repository_close(init_at("r", &usual, &created));
	before = out("cat r/.git/config");
	vv_repository_close(init_at("r", &usual, &created));
	assert_false(created);
	assert_string_equal(out("cat r/.git/config"), before);
}

static void init_below_a_repository_completes_that_one(void **state)
{
	bool created;
	vv_repository *r;

	(void)state;
	git_begin();
	sh("mkdir -p a/b");
	assert_int_equal(chdir("a/b"), 0);
	r = init_at(NULL, &usual, &created);
	assert_false(created);
	assert_string_equal(out("git config filter.varve.required"), "true");
	assert_false(vv_exists(".git"));
	vv_repository_close(r);
}

static void init_quotes_the_program_for_the_shell(void **state)
{
	static const vv_init_options odd = {.initial_branch = "trunk",
					    .program = "/opt/my tools/it's varve"};
	bool created;

	(void)state;
	git_home();
	vv_repository_close(init_at("r", &odd, &created));
	assert_string_equal(out("git -C r config filter.varve.process"),
			    "'/opt/my tools/it'\\''s varve' filter-process");
	assert_string_equal(out("git -C r symbolic-ref HEAD"), "refs/heads/trunk");
}

static void init_makes_bare_repositories(void **state)
{
	static const vv_init_options bare = {.bare = true, .program = "varve"};
	bool created;
	vv_repository *r;

	(void)state;
	git_home();
	r = init_at("b.git", &bare, &created);
	assert_true(vv_repository_is_bare(r));
	assert_null(vv_repository_workdir(r));
	assert_string_equal(out("git -C b.git rev-parse --is-bare-repository"), "true");
	vv_repository_close(r);
}

static void a_folder_without_repository_is_named(void **state)
{
	vv_repository *r;
	vv_error err;

	(void)state;
	git_home();
	vv_assert_status(vv_repository_open(&r, NULL, vv_test_env(), &err), VV_ENOTFOUND, &err);
	vv_assert_contains(err.message, "not a Git repository");
	assert_int_equal(err.hint_id, VV_HINT_INIT);
	assert_null(r);
}

static void open_finds_the_repository_above(void **state)
{
	vv_repository *r;

	(void)state;
	git_begin();
	sh("mkdir -p x/y");
	assert_int_equal(chdir("x/y"), 0);
	r = open_here();
	assert_string_equal(vv_repository_workdir(r), out("git rev-parse --show-toplevel"));
	assert_string_equal(vv_repository_gitdir(r), out("git rev-parse --absolute-git-dir"));
	assert_string_equal(vv_repository_commondir(r), vv_repository_gitdir(r));
	vv_repository_close(r);
}

static void a_linked_worktree_shares_the_store(void **state)
{
	vv_repository *r;
	const char *common;

	(void)state;
	git_begin();
	(void)git_commit("first");
	sh("git worktree add -q ../side -b side");
	common = out("git rev-parse --absolute-git-dir");
	assert_int_equal(chdir("../side"), 0);
	r = open_here();
	assert_string_equal(vv_repository_commondir(r), common);
	assert_string_equal(vv_repository_gitdir(r), out("git rev-parse --absolute-git-dir"));
	assert_string_equal(vv_repository_workdir(r), out("git rev-parse --show-toplevel"));
	vv_assert_contains(vv_repository_statedir(r), "worktrees/side/varve");
	vv_assert_contains(vv_repository_varvedir(r), "r/.git/varve");
	vv_repository_close(r);
}

static void gits_variables_are_respected(void **state)
{
	vv_repository *r;
	const char *top, *home;

	(void)state;
	git_begin();
	top = out("pwd -P");
	home = getenv("HOME");
	sh("mkdir '%s/elsewhere'", home);
	assert_int_equal(chdir("../elsewhere"), 0);
	(void)setenv("GIT_DIR", vv_test_path("%s/.git", top + strlen(vv_test_dir()) + 1), 1);
	(void)setenv("GIT_WORK_TREE", top, 1);
	(void)setenv("GIT_INDEX_FILE", "other-index", 1);
	r = open_here();
	assert_string_equal(vv_repository_workdir(r), top);
	sh("true");
	vv_repository_close(r);

	(void)unsetenv("GIT_WORK_TREE"); /* then the current folder is the work tree */
	r = open_here();
	assert_string_equal(vv_repository_workdir(r), out("pwd -P"));
	vv_repository_close(r);
	(void)unsetenv("GIT_DIR");
}

static void a_foreign_owner_is_refused_unless_declared_safe(void **state)
{
	vv_repository *r;
	vv_error err;

	(void)state;
	git_begin();
	if (getuid() != 0) {
		vv_skip("only root gives a folder away");
	}
	sh("chown -R 12345:12345 .");
	vv_assert_status(vv_repository_open(&r, NULL, vv_test_env(), &err), VV_EREFUSED, &err);
	vv_assert_contains(err.hint, "safe.directory");
	sh("git config --global --add safe.directory /somewhere/else");
	vv_assert_status(vv_repository_open(&r, NULL, vv_test_env(), &err), VV_EREFUSED, &err);
	sh("git config --global --add safe.directory '*'");
	vv_assert_ok(vv_repository_open(&r, NULL, vv_test_env(), &err), &err);
	vv_repository_close(r);
	sh("git config --global --add safe.directory ''"); /* forgets what came before */
	vv_assert_status(vv_repository_open(&r, NULL, vv_test_env(), &err), VV_EREFUSED, &err);
	sh("git config --global --add safe.directory \"$(pwd -P)\"");
	vv_assert_ok(vv_repository_open(&r, NULL, vv_test_env(), &err), &err);
	vv_repository_close(r);
	sh("git config --global --unset-all safe.directory; git config --global safe.directory \"$(dirname \"$(pwd -P)\")/*\"");
	vv_assert_ok(vv_repository_open(&r, NULL, vv_test_env(), &err), &err);
	vv_repository_close(r);
}

static void the_repositorys_own_safe_directory_does_not_count(void **state)
{
	vv_repository *r;
	vv_error err;

	(void)state;
	git_begin();
	if (getuid() != 0) {
		vv_skip("only root gives a folder away");
	}
	sh("git config safe.directory '*' && chown -R 12345:12345 .");
	vv_assert_status(vv_repository_open(&r, NULL, vv_test_env(), &err), VV_EREFUSED, &err);
}

static void formats_that_varve_cannot_read_are_named(void **state)
{
	vv_repository *r;
	vv_error err;

	(void)state;
	git_begin();
	sh("git config -f .git/config core.repositoryformatversion 1 && git config -f .git/config extensions.objectformat sha256");
	vv_assert_status(vv_repository_open(&r, NULL, vv_test_env(), &err), VV_ENOSUPPORT, &err);
	vv_assert_contains(err.message, "sha256");
	sh("git config -f .git/config extensions.objectformat sha1 && git config -f .git/config extensions.refstorage reftable");
	vv_assert_status(vv_repository_open(&r, NULL, vv_test_env(), &err), VV_ENOSUPPORT, &err);
	vv_assert_contains(err.message, "reftable");
	sh("git config -f .git/config --unset extensions.refstorage && git config -f .git/config extensions.fromthefuture 1");
	vv_assert_status(vv_repository_open(&r, NULL, vv_test_env(), &err), VV_ENOSUPPORT, &err);
	sh("git config -f .git/config --unset extensions.fromthefuture; git config -f .git/config extensions.worktreeConfig true; "
	   "git config -f .git/config extensions.preciousObjects true; git config -f .git/config extensions.partialClone origin");
	vv_assert_ok(vv_repository_open(&r, NULL, vv_test_env(), &err), &err);
	vv_repository_close(r);
}

static void paths_are_taken_relative_to_the_current_folder(void **state)
{
	vv_repository *r;
	vv_error err;
	char *path;

	(void)state;
	git_begin();
	sh("mkdir -p a/b && ln -s a link && ln -s . self && ln -s \"$PWD\" ../entry");
	assert_int_equal(chdir("a/b"), 0);
	r = open_here();
	vv_assert_ok(vv_repository_relative(&path, r, "../c.csv", &err), &err);
	assert_string_equal(path, "a/c.csv");
	vv_free(path);
	vv_assert_ok(vv_repository_relative(&path, r, "../..", &err), &err);
	assert_string_equal(path, "");
	vv_free(path);
	vv_assert_ok(
		vv_repository_relative(
			&path, r,
			vv_test_path("%s/entry/x.csv", getenv("HOME") + strlen(vv_test_dir()) + 1),
			&err),
		&err);
	assert_string_equal(path, "x.csv");
	vv_free(path);
	/* the work tree by its longest name */
	vv_assert_ok(
		vv_repository_relative(&path, r,
				       vv_test_path("%s/entry/self/x.csv",
						    getenv("HOME") + strlen(vv_test_dir()) + 1),
				       &err),
		&err);
	assert_string_equal(path, "x.csv");
	vv_free(path);
	vv_assert_status(vv_repository_relative(&path, r, "../../../x", &err), VV_EUSAGE, &err);
	vv_assert_contains(err.message, "outside");
	vv_assert_status(vv_repository_relative(&path, r, "../../link/x", &err), VV_EUSAGE, &err);
	vv_assert_contains(err.message, "symbolic link 'link'");
	path = vv_repository_file(r, "a/c.csv");
	assert_string_equal(path, out("cd ../.. && echo \"$(pwd -P)/a/c.csv\""));
	vv_free(path);
	vv_repository_close(r);
}

static void settings_are_read_from_all_levels(void **state)
{
	vv_repository *r;
	vv_error err;
	char *text;
	uint64_t number;
	bool on;

	(void)state;
	git_begin();
	sh("git config --global varve.a global && git config varve.b local && git config --global varve.b global && "
	   "git config varve.size 256m && git config varve.bad maybe && git config varve.on yes");
	(void)setenv("GIT_CONFIG_COUNT", "1", 1);
	(void)setenv("GIT_CONFIG_KEY_0", "Varve.C", 1);
	(void)setenv("GIT_CONFIG_VALUE_0", "counted", 1);
	(void)setenv("GIT_CONFIG_PARAMETERS", "'varve.d=it'\\''s' 'varve.e'='x=y' 'varve.on'", 1);
	r = open_here();
	vv_assert_ok(vv_config_string(r, "varve.a", &text, &err), &err);
	assert_string_equal(text, "global");
	vv_free(text);
	vv_assert_ok(vv_config_string(r, "varve.b", &text, &err), &err);
	assert_string_equal(text, "local");
	vv_free(text);
	vv_assert_ok(vv_config_string(r, "varve.c", &text, &err), &err);
	assert_string_equal(text, "counted");
	vv_free(text);
	vv_assert_ok(vv_config_string(r, "varve.d", &text, &err), &err);
	assert_string_equal(text, "it's");
	vv_free(text);
	vv_assert_ok(vv_config_string(r, "varve.e", &text, &err), &err);
	assert_string_equal(text, "x=y");
	vv_free(text);
	vv_assert_ok(vv_config_bool(r, "varve.on", false, &on, &err), &err);
	assert_true(on);
	vv_assert_ok(vv_config_u64(r, "varve.size", 1, &number, &err), &err);
	assert_int_equal(number, 256u << 20);
	vv_assert_ok(vv_config_u64(r, "varve.none", 7, &number, &err), &err);
	assert_int_equal(number, 7);
	vv_assert_status(vv_config_bool(r, "varve.bad", false, &on, &err), VV_EUSAGE, &err);
	vv_assert_contains(err.message, "varve.bad");
	vv_assert_status(vv_config_u64(r, "varve.bad", 0, &number, &err), VV_EUSAGE, &err);
	vv_assert_status(vv_config_string(r, "varve.none", &text, &err), VV_ENOTFOUND, &err);
	vv_repository_close(r);
}

static vv_status list_given(void *payload, const char *name, const char *value, const char *level,
			    vv_error *err)
{
	if (strcmp(level, "command") == 0) {
		vv_buf_printf(payload, "%s%s\001%s", ((vv_buf *)payload)->len > 0 ? "\n" : "", name,
			      value);
	}
	return vv_buf_ok(payload, err);
}

/* What git lists of the environment's settings, in the form of list_given; "refused" where it refuses them. */
static const char *list_by_git(void)
{
	return out("git config --list -z --show-scope >../list 2>../fault || echo refused; "
		   "tr '\\000\\n' '\\n\\001' <../list | "
		   "sed -n '/^command$/{n;/\001/!s/$/\001true/;p}'");
}

/* The random text has what git quotes, folds or refuses. */
static void put_random(vv_buf *b, vv_prng *r, const char *from, size_t most)
{
	for (size_t n = vv_prng_below(r, most + 1); n > 0; n--) {
		vv_buf_putc(b, from[vv_prng_below(r, strlen(from))]);
	}
}

static void put_random_key(vv_buf *b, vv_prng *r)
{
	static const char *const sections[] = {"varve", "Varve", "a-b", "1", "in.clude", "", "x y"};

	vv_buf_puts(b, sections[vv_prng_below(r, sizeof(sections) / sizeof(sections[0]))]);
	if (vv_prng_below(r, 2) == 0) {
		vv_buf_putc(b, '.');
		put_random(b, r, "aB.' \\!/", 5);
	}
	if (vv_prng_below(r, 12) > 0) {
		vv_buf_putc(b, '.');
		put_random(b, r, "aBc", 2);
		put_random(b, r, "xY9-", 3);
	}
}

/* As git writes it for those that it starts, and as older versions and varve do. */
static void put_random_setting(vv_buf *b, vv_prng *r)
{
	vv_auto(vv_buf) key = VV_BUF_INIT, value = VV_BUF_INIT;
	const uint64_t form = vv_prng_below(r, 8);

	put_random_key(&key, r);
	put_random(&value, r, "ab='\\! \"$\t", 6);
	vv_buf_puts(b, b->len > 0 ? " " : "");
	if (form < 3) {
		vv_text_put_quoted(b, key.data, key.len);
		vv_buf_putc(b, '=');
		vv_text_put_quoted(b, vv_buf_cstr(&value), value.len);
	} else if (form == 3) {
		vv_text_put_quoted(b, key.data, key.len);
		vv_buf_putc(b, '=');
	} else if (form == 4) {
		vv_text_put_quoted(b, key.data, key.len);
	} else {
		vv_buf_printf(&key, "=%s", vv_buf_cstr(&value));
		vv_text_put_quoted(b, key.data, key.len);
	}
}

static void settings_of_git_c_are_those_that_git_lists(void **state)
{
	size_t agreed = 0;

	(void)state;
	git_begin();
	for (size_t i = 0; i < 600; i++) {
		vv_auto(vv_buf) given = VV_BUF_INIT, list = VV_BUF_INIT;
		vv_prng random;
		vv_repository *r = NULL;
		vv_error err;

		if (!vv_test_sampled(i, 20)) {
			continue;
		}
		vv_prng_init(&random, i);
		for (size_t n = vv_prng_below(&random, 3) + 1; n > 0; n--) {
			put_random_setting(&given, &random);
		}
		(void)setenv("GIT_CONFIG_PARAMETERS", vv_buf_cstr(&given), 1);
		const char *wanted = list_by_git();
		vv_status rc = vv_repository_open(&r, NULL, vv_test_env(), &err);

		rc = rc < 0 ? rc : vv_config_each(r, "", list_given, &list, &err);
		if (rc == VV_OK) {
			assert_string_equal(vv_buf_cstr(&list), wanted);
			agreed++;
		} else {
			assert_string_equal(wanted, "refused");
		}
		vv_repository_close(r);
	}
	(void)unsetenv("GIT_CONFIG_PARAMETERS");
	assert_true(agreed > 0);
}

static void a_global_file_named_by_the_environment_counts(void **state)
{
	vv_repository *r;
	vv_error err;
	char *text;

	(void)state;
	git_begin();
	sh("git config -f ../other varve.where other");
	(void)setenv("GIT_CONFIG_GLOBAL", "../other", 1);
	r = open_here();
	vv_assert_ok(vv_config_string(r, "varve.where", &text, &err), &err);
	assert_string_equal(text, "other");
	vv_free(text);
	vv_assert_status(vv_config_string(r, "user.name", &text, &err), VV_ENOTFOUND, &err);
	vv_repository_close(r);
}

static void settings_are_written_so_that_git_reads_them(void **state)
{
	static const char *const values[] = {"plain",     " with  spaces ",  "a\"b\\c",
					     "x ; y # z", "line\nline\ttab", ""};
	vv_repository *r;
	vv_error err;
	size_t i;
	char *text;

	(void)state;
	git_begin();
	sh("git config --add remote.o.fetch one && git config --add remote.o.fetch two");
	r = open_here();
	for (i = 0; i < sizeof values / sizeof values[0]; i++) {
		vv_assert_ok(vv_config_set(r, "varve.Some.value", values[i], &err), &err);
		vv_assert_ok(vv_config_string(r, "varve.Some.value", &text, &err), &err);
		assert_string_equal(text, values[i]);
		vv_free(text);
		vv_test_write_text("../expected", values[i]);
		sh("git config -z varve.Some.value | tr -d '\\000' | cmp - ../expected");
	}
	vv_assert_ok(vv_config_set(r, "remote.o.fetch", "three", &err), &err);
	assert_string_equal(out("git config --get-all remote.o.fetch"), "three");
	vv_assert_ok(vv_config_set(r, "varve.Some.value", NULL, &err), &err);
	vv_assert_ok(vv_config_set(r, "varve.Some.value", NULL, &err), &err);
	assert_int_equal(sh_code("git config varve.Some.value"), 1);
	vv_repository_close(r);
}

static void a_value_that_would_not_come_back_is_refused(void **state)
{
	vv_repository *r;
	vv_error err;

	(void)state;
	git_begin();
	r = open_here();
	if (vv_config_set(r, "varve.v", "evil\r", &err) < 0) {
		assert_int_equal(err.code, VV_EUSAGE);
		assert_int_equal(sh_code("git config varve.v"), 1);
	} else {
		sh("printf 'evil\\r\\n' > ../expected; git config varve.v | cmp - ../expected");
	}
	vv_repository_close(r);
}

static void the_secret_is_made_once(void **state)
{
	vv_repository *r;
	vv_error err;
	uint64_t a, b, c;
	struct stat st;

	(void)state;
	git_begin();
	r = open_here();
	vv_assert_ok(vv_repository_secret(r, &a, &err), &err);
	vv_assert_ok(vv_repository_secret(r, &b, &err), &err);
	vv_repository_close(r);
	r = open_here();
	vv_assert_ok(vv_repository_secret(r, &c, &err), &err);
	vv_repository_close(r);
	assert_true(a == b && b == c && a != 0);
	assert_int_equal(stat(".git/varve/secret", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	vv_test_write_text(".git/varve/secret", "");
	r = open_here();
	vv_assert_ok(vv_repository_secret(r, &b, &err), &err);
	assert_true(b != a);
	vv_repository_close(r);
}

static void a_store_folder_that_is_a_link_is_refused(void **state)
{
	vv_repository *r;
	vv_store *store;
	vv_error err;

	(void)state;
	git_begin();
	sh("mkdir ../away && ln -s ../../away .git/varve");
	r = open_here();
	vv_assert_status(vv_repository_store(r, &store, &err), VV_EREFUSED, &err);
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(init_makes_an_ordinary_repository),
	cmocka_unit_test(init_a_second_time_changes_nothing),
	cmocka_unit_test(init_below_a_repository_completes_that_one),
	cmocka_unit_test(init_quotes_the_program_for_the_shell),
	cmocka_unit_test(init_makes_bare_repositories),
	cmocka_unit_test(a_folder_without_repository_is_named),
	cmocka_unit_test(open_finds_the_repository_above),
	cmocka_unit_test(a_linked_worktree_shares_the_store),
	cmocka_unit_test(gits_variables_are_respected),
	cmocka_unit_test(a_foreign_owner_is_refused_unless_declared_safe),
	cmocka_unit_test(the_repositorys_own_safe_directory_does_not_count),
	cmocka_unit_test(formats_that_varve_cannot_read_are_named),
	cmocka_unit_test(paths_are_taken_relative_to_the_current_folder),
	cmocka_unit_test(settings_are_read_from_all_levels),
	cmocka_unit_test(settings_of_git_c_are_those_that_git_lists),
	cmocka_unit_test(a_global_file_named_by_the_environment_counts),
	cmocka_unit_test(settings_are_written_so_that_git_reads_them),
	cmocka_unit_test(a_value_that_would_not_come_back_is_refused),
	cmocka_unit_test(the_secret_is_made_once),
	cmocka_unit_test(a_store_folder_that_is_a_link_is_refused),
};

VV_TEST_SUITE(repository)
