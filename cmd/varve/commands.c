/*
 * commands: lists varve's commands, and words the answer to unknown ones.
 */
#include "cmd/varve/commands.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "cmd/frame/git_words.h"
#include "cmd/frame/output.h"
#include "cmd/frame/typed_line.h"
#include "cmd/ipfs/gateway.h"

static const vv_command *const commands[] = {
	&vv_cmd_accept,        &vv_cmd_add,         &vv_cmd_apply,
	&vv_cmd_blame,         &vv_cmd_branch,      &vv_cmd_cat,
	&vv_cmd_check,         &vv_cmd_cherry_pick, &vv_cmd_cite,
	&vv_cmd_clone,         &vv_cmd_commit,      &vv_cmd_compare,
	&vv_cmd_completion,    &vv_cmd_config,      &vv_cmd_conflicts,
	&vv_cmd_convert,       &vv_cmd_delete,      &vv_cmd_diff,
	&vv_cmd_diff_file,     &vv_cmd_diff_tool,   &vv_cmd_doctor,
	&vv_cmd_drop,          &vv_cmd_erase,       &vv_cmd_expire,
	&vv_cmd_fetch,         &vv_cmd_filter,      &vv_cmd_filter_process,
	&vv_cmd_fsck,          &vv_cmd_gc,          &vv_cmd_get,
	&vv_cmd_help,          &vv_cmd_import,      &vv_cmd_info,
	&vv_cmd_init,          &vv_cmd_install,     &vv_cmd_key,
	&vv_cmd_log,           &vv_cmd_ls_remote,   &vv_cmd_merge,
	&vv_cmd_merge_file,    &vv_cmd_migrate,     &vv_cmd_mv,
	&vv_cmd_pre_push,      &vv_cmd_prove,       &vv_cmd_publish,
	&vv_cmd_pull,          &vv_cmd_push,        &vv_cmd_remote,
	&vv_cmd_rename_column, &vv_cmd_resolve,     &vv_cmd_restore,
	&vv_cmd_revert,        &vv_cmd_rm,          &vv_cmd_schema,
	&vv_cmd_serve,         &vv_cmd_set,         &vv_cmd_show,
	&vv_cmd_sign,          &vv_cmd_status,      &vv_cmd_store,
	&vv_cmd_switch,        &vv_cmd_tag,         &vv_cmd_textconv,
	&vv_cmd_track,         &vv_cmd_uninstall,   &vv_cmd_untrack,
	&vv_cmd_update,        &vv_cmd_verify,      &vv_cmd_version,
	&vv_cmd_whereis,
};

/* Headings of `varve help`, in the order of a first day. */
static const vv_tool_group groups[] = {
	{"start", "begin"},
	{"change", "record changes"},
	{"look", "look at data"},
	{"history", "go through history"},
	{"peers", "exchange with others"},
	{"care", "set up and maintain"},
};

/* What `varve help` lists without --all. */
static const char *const daily[] = {
	"add",     "blame",     "branch", "cat",    "check",  "clone",   "commit",
	"compare", "conflicts", "diff",   "fetch",  "help",   "info",    "init",
	"log",     "merge",     "pull",   "push",   "remote", "resolve", "restore",
	"revert",  "show",      "status", "switch", "tag",    NULL,
};

/* Words that data users type, with the commands for them. The user's arguments replace placeholders such as
 * FILE (cmd/frame/typed_line.h). */
static const struct {
	const char *word, *does;
} words[] = {
	{"abort", "varve merge --abort"},
	{"add-column", "varve help use/files"},
	{"add-row", "varve set --add FILE NEWKEY COL=VALUE"},
	{"aggregate", "varve log --figure AGGREGATE FILE"},
	{"airflow", "varve help use/recipes"},
	{"alarm", "varve help use/check"},
	{"alert", "varve help use/check"},
	{"amend", "varve commit --amend"},
	{"annotate", "varve blame FILE"},
	{"anomaly", "varve check --suggest"},
	{"append", "varve set FILE KEY COL=VALUE"},
	{"arrange", "varve cat FILE --sort COLUMN"},
	{"as-of", "varve cat DATE:FILE"},
	{"astype", "varve schema FILE --type COLUMN=TYPE"},
	{"audit", "varve vault audit"},
	{"auth", "varve help operate/serve"},
	{"average", "varve log --figure 'avg(COLUMN)' FILE"},
	{"avg", "varve log --figure 'avg(COLUMN)' FILE"},
	{"backfill", "varve import -n -o FILE SNAPSHOT..."},
	{"backup", "varve help use/recipes"},
	{"begin", "varve help use/start"},
	{"behead", "varve cat FILE | tail -n +2"},
	{"br", "varve branch"},
	{"browser", "varve web"},
	{"bucket", "varve help operate/stores"},
	{"cancel", "varve merge --abort"},
	{"car", "varve ipfs car"},
	{"cell", "varve blame --cells --row KEY FILE"},
	{"change", "varve set FILE KEY COL=VALUE"},
	{"changelog", "varve log [FILE]"},
	{"changes", "varve diff [FILE]"},
	{"chart", "varve help use/recipes"},
	{"ci", "varve commit"},
	{"citation", "varve cite REV:FILE"},
	{"claim", "varve set --if COND --push FILE KEY COL=VALUE"},
	{"co", "varve switch BRANCH"},
	{"colleague", "varve help use/recipes"},
	{"colnames", "varve info [FILE]"},
	{"columns", "varve info [FILE]"},
	{"concat", "tail -n +2 MORE >> FILE"},
	{"connect", "varve remote add NAME URL"},
	{"contribute", "varve help programs/ci"},
	{"copy", "varve get URL#FILE"},
	{"count", "varve info [FILE]"},
	{"create", "varve init"},
	{"cron", "varve help use/recipes"},
	{"csv", "varve convert FILE OUT.csv"},
	{"cut", "varve cat FILE --columns A,B"},
	{"data", "varve status"},
	{"datasets", "varve info"},
	{"dedup", "varve sql \"SELECT DISTINCT * FROM TABLE\""},
	{"dedupe",
	 "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN HAVING count(*) > 1\""},
	{"delete-row", "varve delete FILE KEY"},
	{"describe", "varve info [FILE]"},
	{"desk", "varve web"},
	{"desktop", "varve web"},
	{"dim", "varve info [FILE]"},
	{"discard", "varve restore FILE"},
	{"distinct", "varve sql \"SELECT DISTINCT COLUMN FROM TABLE\""},
	{"docs", "varve help --all"},
	{"doi", "varve cite REV:FILE"},
	{"download", "varve fetch --data HEAD FILE"},
	{"drop-column", "varve cat FILE --columns OTHERS"},
	{"drop-row", "varve delete FILE KEY"},
	{"drop_duplicates", "varve sql \"SELECT DISTINCT * FROM TABLE\""},
	{"dropbox", "varve help use/recipes"},
	{"dropna", "varve cat FILE --where 'COLUMN is not null'"},
	{"dtypes", "varve schema FILE"},
	{"du", "varve info [FILE]"},
	{"duckdb", "varve help programs/engines"},
	{"duplicate-rows",
	 "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN HAVING count(*) > 1\""},
	{"duplicates",
	 "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN HAVING count(*) > 1\""},
	{"earlier", "varve restore --source REV FILE"},
	{"edit", "varve set FILE KEY COL=VALUE"},
	{"editor", "varve help use/editors"},
	{"email", "varve help use/recipes"},
	{"excel", "varve help use/recipes"},
	{"export", "varve cat FILE -o OUT.xlsx"},
	{"fields", "varve info [FILE]"},
	{"fillna", "varve set FILE KEY COL=VALUE"},
	{"filter-rows", "varve cat FILE --where CONDITION"},
	{"find", "git grep -n TEXT [FILE]"},
	{"first", "varve cat FILE --limit 10"},
	{"fork", "varve help operate/hosts"},
	{"freq", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"frequency", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"gdpr", "varve erase"},
	{"getting-started", "varve help use/start"},
	{"github", "varve help operate/hosts"},
	{"glimpse", "varve info [FILE]"},
	{"graph", "varve help use/recipes"},
	{"grep", "varve cat FILE --where CONDITION"},
	{"group-by", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"group_by", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"groupby", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"gui", "varve web"},
	{"head", "varve cat FILE --limit COUNT"},
	{"header", "varve info [FILE]"},
	{"headers", "varve info [FILE]"},
	{"history", "varve log [FILE]"},
	{"holder", "varve vault holder"},
	{"html", "varve web --export DIR"},
	{"ignore", "echo PATTERN >> .gitignore"},
	{"import-history", "varve migrate --everything"},
	{"import-url", "varve import TEXT"},
	{"in2csv", "varve convert FILE OUT.csv"},
	{"ingest", "varve import -o FILE SNAPSHOT..."},
	{"inner_join", "varve sql \"SELECT * FROM 'FILE' JOIN 'MORE' USING (COLUMN)\""},
	{"insert", "varve set --add FILE NEWKEY COL=VALUE"},
	{"insert-row", "varve set --add FILE NEWKEY COL=VALUE"},
	{"isna", "varve cat FILE --where 'COLUMN is null'"},
	{"isnull", "varve cat FILE --where 'COLUMN is null'"},
	{"join", "varve sql \"SELECT * FROM 'FILE' JOIN 'MORE' USING (COLUMN)\""},
	{"json", "varve cat FILE --format json"},
	{"jsonl", "varve cat FILE --format ndjson"},
	{"last", "varve cat FILE --offset N"},
	{"ledger", "varve vault ledger"},
	{"left_join", "varve sql \"SELECT * FROM 'FILE' LEFT JOIN 'MORE' USING (COLUMN)\""},
	{"len", "varve info [FILE]"},
	{"less", "varve cat FILE"},
	{"lfs", "varve migrate"},
	{"lint", "varve check [FILE]"},
	{"list", "git ls-files"},
	{"load", "varve import -o FILE SNAPSHOT..."},
	{"lock", "varve set --if COND --push FILE KEY COL=VALUE"},
	{"login", "varve help operate/serve"},
	{"look", "varve cat FILE --format table"},
	{"lookup", "varve blame --row ROWKEY FILE"},
	{"ls", "git ls-files"},
	{"mail", "varve help use/recipes"},
	{"manual", "varve help --all"},
	{"max", "varve log --figure 'max(COLUMN)' FILE"},
	{"mcp", "varve help use/agents"},
	{"mean", "varve log --figure 'avg(COLUMN)' FILE"},
	{"merge-tool", "varve resolve"},
	{"mergetool", "varve resolve"},
	{"min", "varve log --figure 'min(COLUMN)' FILE"},
	{"mine", "varve resolve --ours"},
	{"mirror", "varve clone --bare URL"},
	{"move", "varve mv FILE NEW"},
	{"names", "varve info [FILE]"},
	{"ncol", "varve info [FILE]"},
	{"network-drive", "varve help use/recipes"},
	{"new", "varve init"},
	{"new-row", "varve set --add FILE NEWKEY COL=VALUE"},
	{"nightly", "varve help use/recipes"},
	{"nlargest", "varve cat FILE --sort -COLUMN --limit COUNT"},
	{"notebook", "varve help programs/python"},
	{"nrow", "varve info [FILE]"},
	{"nrows", "varve info [FILE]"},
	{"nunique", "varve log --figure 'count(distinct COLUMN)' FILE"},
	{"old-file", "varve restore --source REV FILE"},
	{"old-version", "varve restore --source REV FILE"},
	{"onedrive", "varve help use/recipes"},
	{"open", "varve cat FILE"},
	{"ours", "varve resolve --ours"},
	{"pandas", "varve help programs/python"},
	{"parquet", "varve help use/documents"},
	{"patch", "varve diff --format patch ARGS"},
	{"permissions", "varve help operate/serve"},
	{"pivot", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"plot", "varve help use/recipes"},
	{"polars", "varve help programs/python"},
	{"power-bi", "varve help use/recipes"},
	{"powerbi", "varve help use/recipes"},
	{"preview", "varve cat FILE --limit 10"},
	{"previous", "varve cat HEAD~1:FILE"},
	{"primary-key", "varve add --key COLUMNS FILE"},
	{"print", "varve cat FILE"},
	{"profile", "varve info [FILE]"},
	{"prune", "varve gc"},
	{"pull-request", "varve help programs/ci"},
	{"query", "varve sql OPTIONS"},
	{"queue", "varve help use/agents"},
	{"quit", "varve merge --abort"},
	{"r", "varve help use/recipes"},
	{"race", "varve help use/agents"},
	{"read", "varve cat FILE"},
	{"recover", "varve vault recover"},
	{"redo", "varve revert COMMIT"},
	{"release", "varve help use/recipes"},
	{"remove", "varve rm FILE"},
	{"rename", "varve mv FILE NEW"},
	{"repair", "varve vault repair"},
	{"replace", "varve set FILE KEY COL=VALUE"},
	{"replicate", "varve vault replicate"},
	{"report", "varve compare"},
	{"retention", "varve expire"},
	{"review", "varve help programs/ci"},
	{"rollback", "varve revert VERSION"},
	{"root", "git rev-parse --show-toplevel"},
	{"rows", "varve info [FILE]"},
	{"rules", "varve check --list-rules"},
	{"s3", "varve help operate/stores"},
	{"sample", "varve sql \"SELECT * FROM TABLE ORDER BY random() LIMIT COUNT\""},
	{"save", "varve commit -a -m TEXT"},
	{"schedule", "varve help use/recipes"},
	{"search", "git grep -n TEXT [FILE]"},
	{"select", "varve cat FILE --columns A,B"},
	{"send", "varve push"},
	{"server", "varve serve"},
	{"shape", "varve info [FILE]"},
	{"share", "varve help operate/sharing"},
	{"sharepoint", "varve help use/recipes"},
	{"sheet", "varve help use/documents"},
	{"sheets", "varve help use/documents"},
	{"size", "varve info [FILE]"},
	{"slice", "varve cat FILE --offset N --limit N"},
	{"snapshot", "varve commit -a -m TEXT"},
	{"snapshots", "varve import -o FILE SNAPSHOT..."},
	{"sniff", "varve info [FILE]"},
	{"sort", "varve cat FILE --sort COLUMN"},
	{"spark", "varve help programs/engines"},
	{"spreadsheet", "varve help use/recipes"},
	{"sqlite", "varve help programs/engines"},
	{"st", "varve status"},
	{"stack", "tail -n +2 MORE >> FILE"},
	{"stage", "varve add FILE"},
	{"stat", "varve info [FILE]"},
	{"stats", "varve info [FILE]"},
	{"str", "varve info [FILE]"},
	{"submit", "varve push"},
	{"sum", "varve log --figure 'sum(COLUMN)' FILE"},
	{"summarise", "varve log --figure AGGREGATE FILE"},
	{"summarize", "varve log --figure AGGREGATE FILE"},
	{"summary", "varve info [FILE]"},
	{"sync", "varve pull"},
	{"table", "varve cat FILE --format table"},
	{"tableau", "varve help use/recipes"},
	{"tables", "varve info"},
	{"tail", "varve cat FILE | tail -n COUNT"},
	{"take-back", "varve revert VERSION"},
	{"test", "varve check [FILE]"},
	{"theirs", "varve resolve --theirs"},
	{"time-travel", "varve cat DATE:FILE"},
	{"timeline", "varve log [FILE]"},
	{"to-csv", "varve cat --format csv FILE"},
	{"to-excel", "varve cat FILE -o OUT.xlsx"},
	{"to-parquet", "varve cat FILE -o OUT.parquet"},
	{"to_csv", "varve cat --format csv FILE"},
	{"to_excel", "varve cat FILE -o OUT.xlsx"},
	{"to_parquet", "varve cat FILE -o OUT.parquet"},
	{"tojsonl", "varve cat FILE --format ndjson"},
	{"trend", "varve log --figure 'sum(COLUMN)' FILE"},
	{"tutorial", "varve help use/start"},
	{"types", "varve schema FILE"},
	{"ui", "varve web"},
	{"undelete", "varve restore FILE"},
	{"undo", "varve restore FILE"},
	{"uniq", "varve sql \"SELECT DISTINCT COLUMN FROM TABLE\""},
	{"unique", "varve sql \"SELECT DISTINCT COLUMN FROM TABLE\""},
	{"unstage", "varve restore --staged FILE"},
	{"upgrade", "varve help use/install"},
	{"upload", "varve push"},
	{"upsert", "varve set FILE KEY COL=VALUE"},
	{"validate", "varve check [FILE]"},
	{"value_counts", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"versions", "varve log [FILE]"},
	{"view", "varve cat FILE"},
	{"wc", "varve info [FILE]"},
	{"website", "varve web --export DIR"},
	{"where", "varve cat FILE --where CONDITION"},
	{"who", "varve blame FILE"},
	{"whoami", "git config user.name"},
	{"why", "varve blame --cells FILE"},
	{"workbook", "varve help use/documents"},
	{"xlsx", "varve help use/documents"},
};

/* The command for some words if there is an argument besides the file, and a second command. */
static const struct {
	const char *word, *row, *also;
} more_words[] = {
	{"append", "tail -n +2 MORE >> FILE", NULL},
	{"export", "varve convert FILE NEW", "varve publish -o TEXT"},
	{"history", "varve log --row ROWKEY FILE", NULL},
	{"rename", NULL, "varve rename-column FILE OLD NEW"},
	{"search", NULL, "varve log -S TEXT"},
	{"undo", NULL, "varve revert HEAD"},
	{"who", "varve blame --cells --row ROWKEY FILE", NULL},
};

static const vv_tool_other others[] = {
	{"ipfs", "publish versions of tables on IPFS"},
	{"sql", "query tables and their versions in SQL"},
	{"vault", "keep sealed copies elsewhere"},
	{"web", "show tables, changes and histories in a browser"},
};

const char *vv_word_does(const char *word)
{
	vv_array_each(words, sizeof(words) / sizeof(words[0]), it) {
		if (vv_ascii_equal(it->word, word)) return it->does;
	}
	return NULL;
}

static bool answer_word(const char *word, int argc, char **argv)
{
	static const char help[] = "varve help ";
	vv_auto(vv_buf) line = VV_BUF_INIT, also = VV_BUF_INIT;
	const char *does = vv_word_does(word);
	vv_typed t;

	if (!does) return false;
	vv_typed_read(&t, argc, argv);
	vv_array_each(more_words, sizeof(more_words) / sizeof(more_words[0]), it) {
		if (strcmp(it->word, word) != 0) {
			continue;
		}
		if (it->row && t.file && (t.other || t.more || t.count)) {
			does = it->row;
			continue;
		}
		vv_typed_put(&also, it->also ? it->also : "", &t);
	}
	vv_typed_put(&line, does, &t);
	if (also.len > 0) {
		vv_note("varve has no '%s'; '%s' or '%s' does it", word, vv_buf_cstr(&line),
			vv_buf_cstr(&also));
		return true;
	}
	vv_note("varve has no '%s'; '%s' %s", word, vv_buf_cstr(&line),
		strncmp(does, help, strlen(help)) == 0 ? "explains it" : "does it");
	return true;
}

static int unknown(const char *word, int argc, char **argv)
{
	const bool has_file = vv_array_find(argv, (size_t)argc, it, vv_exists(*it)) != NULL;
	vv_error err;

	/* does not return where there is one */
	if (vv_tool_run_other(word, NULL, argc, argv, &err) != VV_EPROGRAM) return vv_report(&err);
	vv_array_each(others, sizeof(others) / sizeof(others[0]), other) {
		if (strcmp(other->word, word) == 0) {
			vv_note("'varve %s' is not installed", word);
			vv_note("hint: install the package varve-%s", word);
			return VV_EXIT_TROUBLE;
		}
	}
	const char *does = vv_word_does(word);
	if (!vv_git_words_command(word)) {
		return answer_word(word, argc, argv) ? VV_EXIT_TROUBLE
						     : vv_tool_unknown(&vv_varve, word);
	}
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_git_words_put(&line, word, argc, argv);
	if (has_file && answer_word(word, argc, argv)) {
		vv_note("Git's own: '%s'", vv_buf_cstr(&line));
		return VV_EXIT_TROUBLE;
	}
	vv_note("varve has no '%s'; '%s' works here", word, vv_buf_cstr(&line));
	if (does) {
		vv_note("in tables: '%s'", does);
	}
	return VV_EXIT_TROUBLE;
}

const vv_tool vv_varve = {
	.called = "varve",
	.summary = "git for tables",
	.example = "$ varve init\n$ varve add prices.csv\n$ varve commit -m \"March prices\"",
	.commands = commands,
	.command_count = sizeof(commands) / sizeof(commands[0]),
	.groups = groups,
	.group_count = sizeof(groups) / sizeof(groups[0]),
	.others = others,
	.other_count = sizeof(others) / sizeof(others[0]),
	.daily = daily,
	.begin = vv_suppliers_begin,
	.unknown = unknown,
};
