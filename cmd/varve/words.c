/*
 * words: the table of words, and which line of it answers.
 */
#include "cmd/varve/words.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/frame/typed_figure.h"
#include "cmd/frame/typed_file.h"
#include "cmd/frame/typed_left.h"
#include "cmd/frame/typed_line.h"
#include "cmd/frame/typed_row.h"
#include "cmd/varve/edited.h"
#include "cmd/varve/passed_option.h"

/* Words that data users type, with the commands for them. Of several, the first applies whose placeholders such as
 * FILE (cmd/frame/typed_line.h) are all replaced by the user's arguments. "add-column" also answers "add column",
 * "addColumns" and "insert_column" (find_word); "cut -x" is for `cut` with this option. */
/* clang-format off */
static const struct {
	const char *word, *does;
} words[] = {
	{"abort", "varve merge MERGING"},
	{"abort", "varve restore CHANGED"},
	{"abort", "varve merge --abort"},
	{"abs", "varve sql \"SELECT *, abs(COLUMN) AS new FROM TABLE\""},
	{"add-column", VV_TYPED_ADD_COLUMN},
	{"add-row", "varve set --add FILE NEWKEY COL=VALUE"},
	{"add-row", "sed -i '$a CELLS' FILE"},
	{"add-rule", "printf '[%s]\\nRULE\\n' FILE >> varve.checks && varve check FILE"},
	{"add-rule", "varve check --list-rules"},
	{"aggregate", "varve sql \"SELECT KIND, AGGREGATE FROM TABLE GROUP BY KIND\""},
	{"aggregate", "varve sql \"SELECT AGGREGATE FROM TABLE\""},
	{"aggregate", "varve log --figure AGGREGATE FILE"},
	{"airflow", "varve help use/recipes"},
	{"alarm", "varve help use/check"},
	{"alert", "varve help use/check"},
	{"amend", "varve commit --amend"},
	{"annotate", "varve blame FILE"},
	{"anomaly", "varve check --suggest"},
	{"anti_join", "varve sql \"SELECT a.* FROM 'FILE' a LEFT JOIN 'MORE' b JOINED WHERE b.rowid IS NULL\""},
	{"append", "varve set FILE KEY COL=VALUE"},
	{"append", "tail -n +2 MORE >> FILE"},
	{"append", "sed -i '$a CELLS' FILE"},
	{"append -", "tail -n +2 >> FILE"},
	{"arrange", "varve cat FILE --sort SORTED"},
	{"as-of", "varve cat DATE:FILE"},
	{"astype", "varve schema FILE --type COLUMN=TYPE"},
	{"audit", "varve vault audit"},
	{"auth", "varve help operate/serve"},
	{"average", "varve sql \"SELECT LATER, avg(COLUMN) FROM TABLE GROUP BY LATER\""},
	{"average", "varve sql \"SELECT avg(COLUMN) FROM TABLE\""},
	{"average", "varve log --figure 'avg(COLUMN)' FILE"},
	{"averageif", "varve sql \"SELECT avg(SUMMED) FROM TABLE WHERE CRITERION\""},
	{"avg", "varve sql \"SELECT LATER, avg(COLUMN) FROM TABLE GROUP BY LATER\""},
	{"avg", "varve sql \"SELECT avg(COLUMN) FROM TABLE\""},
	{"avg", "varve log --figure 'avg(COLUMN)' FILE"},
	{"backfill", "varve import -n -o FILE SNAPSHOT..."},
	{"backup", "varve help use/recipes"},
	{"begin", "varve help use/start"},
	{"behead", "varve cat FILE | tail -n +2"},
	{"bind_rows", "awk 'FNR > 1 || NR == 1' FILE MORE"},
	{"bootstrap", "varve sql \"SELECT * FROM TABLE ORDER BY random()\""},
	{"br", "varve branch"},
	{"browser", "varve web"},
	{"bucket", "varve help operate/stores"},
	{"cancel", "varve merge MERGING"},
	{"cancel", "varve restore FILE"},
	{"cancel", "varve restore CHANGED"},
	{"cancel", "varve restore --staged STAGED"},
	{"cancel", "varve merge --abort"},
	{"car", "varve ipfs car"},
	{"cat-rows", "awk 'FNR > 1 || NR == 1' FILE MORE"},
	{"cell", "varve blame --cells --row KEY FILE"},
	{"change", "varve set FILE KEY COL=VALUE"},
	{"changelog", "varve log [REVS] [FILE]"},
	{"changes", "varve log --stat UNCHANGED"},
	{"changes", "varve diff [REVS] [FILE]"},
	{"chart", "varve help use/recipes"},
	{"checkout-version", "varve restore --source VERSION FILE"},
	{"ci", "varve commit"},
	{"citation", "varve cite VERSION:FILE"},
	{"claim", "varve set --if COND --push FILE KEY COL=VALUE"},
	{"co", "varve switch BRANCH"},
	{"colleague", "varve help use/recipes"},
	{"colnames", "varve info [FILE]"},
	{"columns", "varve info [FILE]"},
	{"commit-all", "varve commit -a -m TEXT"},
	{"concat", "tail -n +2 MORE >> FILE"},
	{"conflicts-cat", "varve conflicts FILE"},
	{"conflicts-resolve", "varve resolve ARGS"},
	{"connect", "varve remote add NAME URL"},
	{"contribute", "varve help programs/ci"},
	{"contributors", "git shortlog -sn HEAD"},
	{"copy", "cp FILE NEW"},
	{"copy", "varve get URL#FILE"},
	{"count", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"count", "varve info [FILE]"},
	{"count-distinct", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"count-rows", "varve info [FILE]"},
	{"count-similar", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"countblank", "varve sql \"SELECT count(*) FROM TABLE WHERE COLUMN IS NULL\""},
	{"countif", "varve sql \"SELECT count(*) FROM TABLE WHERE CRITERION\""},
	{"create", "varve init"},
	{"create-patch", "varve diff --format patch VERSION~1 VERSION -o OUT"},
	{"create-patch", "varve diff --format patch VERSION~1 VERSION"},
	{"cron", "varve help use/recipes"},
	{"crosstab", "varve sql \"SELECT KIND, AGGREGATE FROM TABLE GROUP BY KIND\""},
	{"crosstab", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"csv", "varve cat FILE -o OUT"},
	{"csv", "varve cat FILE -o OUT.csv"},
	{"csv", "varve cat FILE --format csv"},
	{"csv2json", "varve cat FILE --format json"},
	{"csvclean", "varve check FILE"},
	{"csvcut", "varve cat FILE --columns A,B"},
	{"csvcut --names", "varve info FILE"},
	{"csvcut --not-columns", "varve cat FILE --columns=-A,B"},
	{"csvcut -C", "varve cat FILE --columns=-A,B"},
	{"csvcut -n", "varve info FILE"},
	{"csvformat", "varve cat FILE -o OUT"},
	{"csvformat", "varve cat FILE --format tsv"},
	{"csvgrep", "varve cat FILE --where CONDITION"},
	{"csvgrep", "git grep -n TEXT [FILE]"},
	{"csvgrep --invert-match", "varve cat FILE --where \"not CONTAINS\""},
	{"csvgrep --names", "varve info FILE"},
	{"csvgrep --regex", "varve cat FILE --where MATCHES"},
	{"csvgrep -i", "varve cat FILE --where \"not CONTAINS\""},
	{"csvgrep -n", "varve info FILE"},
	{"csvgrep -r", "varve cat FILE --where MATCHES"},
	{"csvjoin", "varve sql \"SELECT * FROM 'FILE' a JOIN 'MORE' b JOINED\""},
	{"csvjson", "varve cat FILE --format json"},
	{"csvlook", "varve cat FILE --format table"},
	{"csvpy", "varve help programs/python"},
	{"csvsort", "varve cat FILE --sort SORTED"},
	{"csvsort --names", "varve info FILE"},
	{"csvsort -n", "varve info FILE"},
	{"csvsql", "varve sql QUERY"},
	{"csvstack", "awk 'FNR > 1 || NR == 1' FILE MORE"},
	{"csvstat", "varve info [FILE]"},
	{"csvstat --count", "varve info FILE"},
	{"csvstat --freq", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"csvstat --freq-count", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"csvstat --max", "varve sql \"SELECT max(COLUMN) FROM TABLE\""},
	{"csvstat --mean", "varve sql \"SELECT avg(COLUMN) FROM TABLE\""},
	{"csvstat --min", "varve sql \"SELECT min(COLUMN) FROM TABLE\""},
	{"csvstat --sum", "varve sql \"SELECT sum(COLUMN) FROM TABLE\""},
	{"csvstat --unique", "varve sql \"SELECT count(DISTINCT COLUMN) FROM TABLE\""},
	{"cumsum", "varve sql \"SELECT *, sum(COLUMN) OVER (ORDER BY rowid) AS total FROM TABLE\""},
	{"cut", "varve cat FILE --columns A,B"},
	{"cut --complement", "varve cat FILE --columns=-A,B"},
	{"cut -x", "varve cat FILE --columns=-A,B"},
	{"data", "varve status"},
	{"data-diff", "varve diff ARGS"},
	{"data-ls", "git ls-files"},
	{"data-status", "varve status"},
	{"datasets", "varve info"},
	{"dedup", VV_TYPED_DISTINCT},
	{"dedupe", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN HAVING count(*) > 1\""},
	{"delete-column", VV_TYPED_DROP_COLUMN},
	{"delete-duplicates", VV_TYPED_DISTINCT},
	{"delete-row", "varve delete FILE ROWKEY"},
	{"delete-table", "varve rm FILE"},
	{"describe", "varve info [FILE]"},
	{"desk", "varve web"},
	{"desktop", "varve web"},
	{"discard", "varve restore FILE"},
	{"discard", "varve restore CHANGED"},
	{"discard", "varve restore --staged STAGED"},
	{"distinct", "varve sql \"SELECT DISTINCT COLUMN FROM TABLE\""},
	{"docs", "varve help --all"},
	{"doi", "varve cite VERSION:FILE"},
	{"download", "varve cat FILE -o OUT"},
	{"download", "varve cat FILE"},
	{"download", "varve fetch --data HEAD FILE"},
	{"dropbox", "varve help use/recipes"},
	{"dropna", "varve cat FILE --where 'COLUMN is not null'"},
	{"dtypes", "varve schema FILE"},
	{"du", "varve info FILE"},
	{"du", "varve gc --dry-run"},
	{"duckdb", "varve help programs/engines"},
	{"dump", "varve cat FILE"},
	{"duplicate-rows", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN HAVING count(*) > 1\""},
	{"duplicated", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN HAVING count(*) > 1\""},
	{"duplicates", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN HAVING count(*) > 1\""},
	{"dups", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN HAVING count(*) > 1\""},
	{"earlier", "varve restore --source REV FILE"},
	{"dvc-checkout", "varve restore CHANGED"},
	{"edit", "varve set FILE KEY COL=VALUE"},
	{"editor", "varve help use/editors"},
	{"email", "varve help use/recipes"},
	{"enum", "varve sql \"SELECT row_number() OVER () AS n, * FROM TABLE\""},
	{"excel", "varve help use/recipes"},
	{"explain", "varve info [FILE]"},
	{"export", "varve cat FILE -o OUT"},
	{"export", "varve cat FILE -o OUT.xlsx"},
	{"export", "mkdir -p NEW && git archive REV | tar -x -C NEW"},
	{"export", "varve publish -o TEXT"},
	{"export-history", "varve migrate --everything --export"},
	{"extsort", "varve cat FILE --sort SORTED"},
	{"fields", "varve info [FILE]"},
	{"fillna", "awk FILLED FILE > FILE.new && mv FILE.new FILE"},
	{"fillna", "varve set FILE KEY COL=VALUE"},
	{"filter-rows", "varve cat FILE --where CONDITION"},
	{"filter-rows", "git grep -n TEXT [FILE]"},
	{"find", "varve cat FILE --where CONDITION"},
	{"find", "git grep -n TEXT [FILE]"},
	{"first", "varve cat FILE --limit 10"},
	{"fix", "varve set FILE KEY COL=VALUE"},
	{"fix", "varve restore --spelling FILE"},
	{"fix", "varve fsck --repair"},
	{"flatten", "varve cat FILE --format table"},
	{"fmt", "varve cat FILE --format tsv"},
	{"fork", "varve help operate/hosts"},
	{"freq", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"frequency", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"full_join", "varve sql \"SELECT * FROM 'FILE' a FULL JOIN 'MORE' b JOINED\""},
	{"gdpr", "varve erase"},
	{"get-row", "varve blame --row NUMBER FILE"},
	{"get-row", "varve blame --row ROWKEY FILE"},
	{"get-schema", "varve schema FILE"},
	{"get-version", "varve restore --source VERSION FILE"},
	{"getting-started", "varve help use/start"},
	{"github", "varve help operate/hosts"},
	{"glimpse", "varve info [FILE]"},
	{"go-back", "varve restore --source VERSION FILE"},
	{"go-back", "varve restore --source VERSION ."},
	{"graph", "varve help use/recipes"},
	{"grep", "varve cat FILE --where CONDITION"},
	{"grep", "git grep -n TEXT [FILE]"},
	{"group-by", "varve sql \"SELECT KIND, AGGREGATE FROM TABLE GROUP BY KIND\""},
	{"group-by", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"group-like", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"gui", "varve web"},
	{"head", "varve cat FILE --limit COUNT"},
	{"header", "varve info [FILE]"},
	{"headers", "varve info [FILE]"},
	{"history", "varve log --row ROWKEY FILE"},
	{"history", "varve log [REVS] [FILE]"},
	{"holder", "varve vault holder"},
	{"hook", VV_TYPED_HOOK},
	{"html", "varve web --export DIR"},
	{"ignore", "echo PATTERN >> .gitignore"},
	{"iloc", "varve cat FILE --offset NUMBER --limit 1"},
	{"import-history", "varve migrate --everything"},
	{"import-url", "varve import TEXT"},
	{"in2csv", "varve cat FILE -o OUT"},
	{"in2csv", "varve cat FILE --format csv"},
	{"in2csv -n", "varve info FILE"},
	{"ingest", "varve import -o FILE SNAPSHOT..."},
	{"inner_join", "varve sql \"SELECT * FROM 'FILE' a JOIN 'MORE' b JOINED\""},
	{"insert", "varve set --add FILE NEWKEY COL=VALUE"},
	{"insert", "sed -i '$a CELLS' FILE"},
	{"isna", "varve cat FILE --where 'COLUMN is null'"},
	{"isnull", "varve cat FILE --where 'COLUMN is null'"},
	{"isnull", "varve info FILE"},
	{"join", "varve sql \"SELECT * FROM 'FILE' a JOIN 'MORE' b JOINED\""},
	{"json", "varve cat FILE --format json"},
	{"jsonl", "varve cat FILE --format ndjson"},
	{"last", "varve cat FILE --offset N"},
	{"least-frequent", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN ORDER BY 2\""},
	{"ledger", "varve vault ledger"},
	{"left_join", "varve sql \"SELECT * FROM 'FILE' a LEFT JOIN 'MORE' b JOINED\""},
	{"less", "varve cat FILE"},
	{"lfs", "varve migrate"},
	{"lint", "varve check [FILE]"},
	{"list", "git ls-files"},
	{"list-versions", "varve log [REVS] [FILE]"},
	{"load", "varve import -o FILE SNAPSHOT..."},
	{"loc", "varve blame --row ROWKEY --columns COLUMN FILE"},
	{"loc", "git grep -n TEXT [FILE]"},
	{"loc", "varve blame --row NUMBER FILE"},
	{"loc", "varve blame --row ROWKEY FILE"},
	{"lock", "varve set --if COND --push FILE KEY COL=VALUE"},
	{"lock-file", "varve help use/agents"},
	{"log-graph", "git log --graph"},
	{"login", "varve help operate/serve"},
	{"look", "varve cat FILE --format table"},
	{"lookup", "git grep -n TEXT [FILE]"},
	{"lookup", "varve blame --row NUMBER FILE"},
	{"lookup", "varve blame --row ROWKEY FILE"},
	{"lower", "varve sql \"SELECT *, lower(COLUMN) AS new FROM TABLE\""},
	{"ls", "git ls-files"},
	{"mail", "varve help use/recipes"},
	{"manual", "varve help --all"},
	{"max", "varve sql \"SELECT LATER, max(COLUMN) FROM TABLE GROUP BY LATER\""},
	{"max", "varve sql \"SELECT max(COLUMN) FROM TABLE\""},
	{"max", "varve log --figure 'max(COLUMN)' FILE"},
	{"mcp", "varve help use/agents"},
	{"mean", "varve sql \"SELECT LATER, avg(COLUMN) FROM TABLE GROUP BY LATER\""},
	{"mean", "varve sql \"SELECT avg(COLUMN) FROM TABLE\""},
	{"mean", "varve log --figure 'avg(COLUMN)' FILE"},
	{"median", "varve sql \"SELECT avg(COLUMN) FROM (SELECT COLUMN FROM TABLE WHERE COLUMN IS NOT NULL ORDER BY COLUMN LIMIT 2 - (SELECT count(COLUMN) FROM TABLE) % 2 OFFSET (SELECT (count(COLUMN) - 1) / 2 FROM TABLE))\""},
	{"merge-tool", "varve resolve"},
	{"mergetool", "varve resolve"},
	{"meta-get", "varve schema FILE"},
	{"metrics-diff", "varve diff ARGS"},
	{"min", "varve sql \"SELECT LATER, min(COLUMN) FROM TABLE GROUP BY LATER\""},
	{"min", "varve sql \"SELECT min(COLUMN) FROM TABLE\""},
	{"min", "varve log --figure 'min(COLUMN)' FILE"},
	{"mine", "varve resolve --ours"},
	{"mirror", "varve clone --bare URL"},
	{"mode", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN ORDER BY 2 DESC\""},
	{"most-frequent", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN ORDER BY 2 DESC\""},
	{"move", "varve mv FILE NEW"},
	{"move-file", "varve mv FILE NEW"},
	{"mutate", "awk COMPUTED FILE > FILE.new && mv FILE.new FILE"},
	{"mutate", "varve set FILE KEY COL=VALUE"},
	{"mutate", "varve sql \"SELECT *, EXPRESSED FROM TABLE\""},
	{"names", "varve info [FILE]"},
	{"ndjson", "varve cat FILE --format ndjson"},
	{"network-drive", "varve help use/recipes"},
	{"new", "varve init"},
	{"nightly", "varve help use/recipes"},
	{"nlargest", "varve cat FILE --sort -COLUMN --limit COUNT"},
	{"notebook", "varve help programs/python"},
	{"nsmallest", "varve cat FILE --sort COLUMN --limit COUNT"},
	{"nunique", "varve log --figure 'count(distinct COLUMN)' FILE"},
	{"old-file", "varve restore --source REV FILE"},
	{"old-version", "varve restore --source REV FILE"},
	{"onedrive", "varve help use/recipes"},
	{"open", "varve cat FILE --format table"},
	{"order", "varve cat FILE --sort SORTED"},
	{"order-by", "varve cat FILE --sort SORTED"},
	{"ours", "varve resolve --ours"},
	{"pandas", "varve help programs/python"},
	{"params-diff", "varve diff ARGS"},
	{"parquet", "varve help use/documents"},
	{"patch", "varve diff --format patch ARGS"},
	{"permissions", "varve help operate/serve"},
	{"pivot", "varve sql \"SELECT KIND, AGGREGATE FROM TABLE GROUP BY KIND\""},
	{"pivot", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"pivot_table", "varve sql \"SELECT KIND, AGGREGATE FROM TABLE GROUP BY KIND\""},
	{"pivot_table", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"plot", "varve help use/recipes"},
	{"polars", "varve help programs/python"},
	{"power-bi", "varve help use/recipes"},
	{"powerbi", "varve help use/recipes"},
	{"pretty", "varve cat FILE --format table"},
	{"preview", "varve cat FILE --limit 10"},
	{"previous", "varve cat PREVIOUS:FILE"},
	{"primary-key", "varve add --key COLUMNS FILE"},
	{"print", "varve cat FILE"},
	{"print-table", "varve cat FILE --format table"},
	{"profile", "varve info [FILE]"},
	{"prune", "varve gc"},
	{"psql", "varve sql QUERY"},
	{"psql", "varve sql"},
	{"pull-request", "varve help programs/ci"},
	{"query", "varve sql QUERY"},
	{"query", "varve cat FILE --where CONDITION"},
	{"query", "varve sql OPTIONS"},
	{"query-diff", "varve diff --query TEXT"},
	{"query-rows", "varve cat FILE --where CONDITION"},
	{"query-rows", "git grep -n TEXT [FILE]"},
	{"queue", "varve help use/agents"},
	{"quit", "varve merge --abort"},
	{"r", "varve help use/recipes"},
	{"race", "varve help use/agents"},
	{"rank", "varve sql \"SELECT *, rank() OVER (ORDER BY COLUMN DESC) AS rank FROM TABLE\""},
	{"rbind", "awk 'FNR > 1 || NR == 1' FILE MORE"},
	{"read", "varve cat FILE"},
	{"recover", "varve vault recover"},
	{"redo", "varve revert COMMIT"},
	{"release", "varve tag NEW"},
	{"release", "git archive -o REV.zip REV"},
	{"remove", "varve rm FILE"},
	{"rename", "varve rename-column FILE OLD NEW"},
	{"rename", "varve mv FILE NEW"},
	{"rename-column", "varve rename-column FILE OLD NEW"},
	{"rename-table", "varve mv FILE NEW"},
	{"repair", "varve restore --spelling FILE"},
	{"repair", "varve fsck --repair"},
	{"replace", "varve set FILE KEY COL=VALUE"},
	{"replace", "sed -i 's/THIS/THAT/g' FILE"},
	{"replicate", "varve vault replicate"},
	{"report", "varve compare"},
	{"restore-version", "varve restore --source VERSION FILE"},
	{"retention", "varve expire"},
	{"reverse", "varve sql \"SELECT * FROM TABLE ORDER BY rowid DESC\""},
	{"review", "varve help programs/ci"},
	{"right_join", "varve sql \"SELECT * FROM 'FILE' a RIGHT JOIN 'MORE' b JOINED\""},
	{"rollback", "varve revert VERSION"},
	{"root", "git rev-parse --show-toplevel"},
	{"round", "varve sql \"SELECT *, round(COLUMN) AS new FROM TABLE\""},
	{"rowcat", "awk 'FNR > 1 || NR == 1' FILE MORE"},
	{"rows", "varve info [FILE]"},
	{"s3", "varve help operate/stores"},
	{"sample", "varve sql \"SELECT * FROM TABLE ORDER BY random() LIMIT COUNT\""},
	{"save", "varve commit -a -m TEXT"},
	{"save-as", "varve cat FILE -o OUT"},
	{"schedule", "varve help use/recipes"},
	{"schema-infer", "varve info FILE"},
	{"search", "varve cat FILE --where CONDITION"},
	{"search", "git grep -n TEXT [FILE]"},
	{"search --invert-match", "varve cat FILE --where \"not CONTAINS\""},
	{"search -v", "varve cat FILE --where \"not CONTAINS\""},
	{"select", "varve cat FILE --columns A,B"},
	{"select --invert", "varve cat FILE --columns=-A,B"},
	{"select -x", "varve cat FILE --columns=-A,B"},
	{"semi_join", "varve sql \"SELECT DISTINCT a.* FROM 'FILE' a JOIN 'MORE' b JOINED\""},
	{"send", "varve push"},
	{"server", "varve serve"},
	{"set-cell", "varve set FILE KEY COL=VALUE"},
	{"set-row", "varve set FILE KEY COL=VALUE"},
	{"set-value", "varve set FILE KEY COL=VALUE"},
	{"set_index", "varve add --key A,B FILE"},
	{"shape", "varve info [FILE]"},
	{"share", "varve help operate/sharing"},
	{"sharepoint", "varve help use/recipes"},
	{"sheet", "varve help use/documents"},
	{"sheets", "varve help use/documents"},
	{"shift", "varve sql \"SELECT *, lag(COLUMN) OVER (ORDER BY rowid) AS before FROM TABLE\""},
	{"show-columns", "varve info FILE"},
	{"show-row", "varve blame --row NUMBER FILE"},
	{"show-row", "varve blame --row ROWKEY FILE"},
	{"show-schema", "varve schema FILE"},
	{"show-tables", "varve info"},
	{"shuffle", "varve sql \"SELECT * FROM TABLE ORDER BY random()\""},
	{"size", "varve info FILE"},
	{"size", "varve gc --dry-run"},
	{"slice", "varve cat FILE --offset START --limit COUNT"},
	{"slice -e", "varve cat FILE --offset BEGIN --limit LENGTH"},
	{"slice -i", "varve cat FILE --offset NUMBER --limit 1"},
	{"snapshot", "varve commit -a -m TEXT"},
	{"snapshots", "varve import -o FILE SNAPSHOT..."},
	{"sniff", "varve info [FILE]"},
	{"sort", "varve cat FILE --sort SORTED"},
	{"sort-by", "varve cat FILE --sort SORTED"},
	{"sort_index", "varve cat FILE --sort SORTED"},
	{"sort_values", "varve cat FILE --sort SORTED"},
	{"spark", "varve help programs/engines"},
	{"spreadsheet", "varve help use/recipes"},
	{"sqlite", "varve help programs/engines"},
	{"sqlite3", "varve sql QUERY"},
	{"sqlite3", "varve sql"},
	{"sqlp", "varve sql QUERY"},
	{"sqlp", "varve sql"},
	{"st", "varve status"},
	{"stack", "tail -n +2 MORE >> FILE"},
	{"stage", "varve add FILE"},
	{"stashes", "git stash list"},
	{"stats", "varve info [FILE]"},
	{"stats1", "varve sql \"SELECT KIND, AGGREGATE FROM TABLE GROUP BY KIND\""},
	{"stats1", "varve sql \"SELECT AGGREGATE FROM TABLE\""},
	{"std", "varve sql \"SELECT LATER, stddev(COLUMN) FROM TABLE GROUP BY LATER\""},
	{"std", "varve sql \"SELECT stddev(COLUMN) FROM TABLE\""},
	{"submit", "varve push"},
	{"substitute", "varve set FILE KEY COL=VALUE"},
	{"substitute", "sed -i 's/THIS/THAT/g' FILE"},
	{"sum", "varve sql \"SELECT LATER, sum(COLUMN) FROM TABLE GROUP BY LATER\""},
	{"sum", "varve sql \"SELECT sum(COLUMN) FROM TABLE\""},
	{"sum", "varve log --figure 'sum(COLUMN)' FILE"},
	{"sumif", "varve sql \"SELECT sum(SUMMED) FROM TABLE WHERE CRITERION\""},
	{"summarise", "varve sql \"SELECT KIND, AGGREGATE FROM TABLE GROUP BY KIND\""},
	{"summarise", "varve sql \"SELECT AGGREGATE FROM TABLE\""},
	{"summarise", "varve log --figure AGGREGATE FILE"},
	{"summarize", "varve sql \"SELECT KIND, AGGREGATE FROM TABLE GROUP BY KIND\""},
	{"summarize", "varve sql \"SELECT AGGREGATE FROM TABLE\""},
	{"summarize", "varve log --figure AGGREGATE FILE"},
	{"summary", "varve info [FILE]"},
	{"sync", "varve pull"},
	{"table", "varve cat FILE --format table"},
	{"table-cat", "varve cat FILE"},
	{"table-export", "varve cat FILE -o OUT"},
	{"table-import", "varve convert MORE FILE"},
	{"table-import", "varve add FILE"},
	{"table-list", "varve info"},
	{"table-ls", "varve info"},
	{"table-mv", "varve mv FILE NEW"},
	{"table-remove", "varve rm FILE"},
	{"table-rename", "varve mv FILE NEW"},
	{"table-rm", "varve rm FILE"},
	{"table-show", "varve cat FILE"},
	{"tableau", "varve help use/recipes"},
	{"tables", "varve info"},
	{"tac", "varve sql \"SELECT * FROM TABLE ORDER BY rowid DESC\""},
	{"tail", "varve cat FILE | tail -n COUNT"},
	{"take-back", "varve revert VERSION"},
	{"test", "varve check [FILE]"},
	{"theirs", "varve resolve --theirs"},
	{"time-travel", "varve cat DATE:FILE"},
	{"timeline", "varve log [REVS] [FILE]"},
	{"to-csv", "varve cat FILE -o OUT"},
	{"to-csv", "varve cat --format csv FILE"},
	{"to-excel", "varve cat FILE -o OUT.xlsx"},
	{"to-html", "varve web --export DIR"},
	{"to-json", "varve cat FILE -o OUT"},
	{"to-json", "varve cat FILE --format json"},
	{"to-markdown", "varve sql --format markdown \"SELECT * FROM TABLE\""},
	{"to-parquet", "varve cat FILE -o OUT.parquet"},
	{"tojsonl", "varve cat FILE --format ndjson"},
	{"top", "varve sql \"SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY KIND ORDER BY COLUMN DESC) AS place FROM TABLE) WHERE place <= COUNT\""},
	{"top", "varve cat FILE --sort -COLUMN --limit COUNT"},
	{"transpose", "varve cat FILE --format table"},
	{"trend", "varve log --figure 'sum(COLUMN)' FILE"},
	{"trim", "varve sql \"SELECT *, trim(COLUMN) AS new FROM TABLE\""},
	{"truncate", "varve cat FILE --limit 0 -o FILE"},
	{"tutorial", "varve help use/start"},
	{"types", "varve schema FILE"},
	{"ui", "varve web"},
	{"undelete", "varve restore FILE"},
	{"undo", "varve restore FILE"},
	{"undo", "varve restore CHANGED"},
	{"undo", "varve restore --staged STAGED"},
	{"undo", "varve revert HEAD"},
	{"union", "awk 'FNR > 1 || NR == 1' FILE MORE"},
	{"uniq", "varve sql \"SELECT DISTINCT COLUMN FROM TABLE\""},
	{"unique", "varve sql \"SELECT DISTINCT COLUMN FROM TABLE\""},
	{"unique-rows", VV_TYPED_DISTINCT},
	{"unstage", "varve restore --staged FILE"},
	{"unstage", "varve restore --staged STAGED"},
	{"upgrade", "varve help use/install"},
	{"upload", "varve push"},
	{"upper", "varve sql \"SELECT *, upper(COLUMN) AS new FROM TABLE\""},
	{"upsert", "varve set FILE KEY COL=VALUE"},
	{"upsert", "varve cat --format arrow MORE | varve add --arrow - --mode upsert --columns keep FILE"},
	{"validate", "varve check [FILE]"},
	{"value_counts", "varve sql \"SELECT COLUMN, count(*) FROM TABLE GROUP BY COLUMN\""},
	{"variance", "varve sql \"SELECT LATER, variance(COLUMN) FROM TABLE GROUP BY LATER\""},
	{"variance", "varve sql \"SELECT variance(COLUMN) FROM TABLE\""},
	{"versions", "varve log [REVS] [FILE]"},
	{"versions-list", "varve log [FILE]"},
	{"view", "varve cat FILE"},
	{"vstack", "awk 'FNR > 1 || NR == 1' FILE MORE"},
	{"website", "varve web --export DIR"},
	{"what-change", "varve log --stat UNCHANGED"},
	{"what-change", "varve diff [REVS] [FILE]"},
	{"what-changed", "varve log --stat UNCHANGED"},
	{"what-changed", "varve diff [REVS] [FILE]"},
	{"what-different", "varve diff [REVS] [FILE]"},
	{"what-new", "varve log --stat UNCHANGED"},
	{"what-new", "varve diff [REVS] [FILE]"},
	{"when", "varve log --row ROWKEY FILE"},
	{"when", "varve log -S TEXT"},
	{"where", "varve cat FILE --where CONDITION"},
	{"where", "git grep -n TEXT [FILE]"},
	{"who", "varve blame --columns COLUMN --row NUMBER FILE"},
	{"who", "varve blame --cells --row ROWKEY FILE"},
	{"who", "varve blame FILE"},
	{"whoami", "git config user.name"},
	{"why", "varve blame --cells FILE"},
	{"workbook", "varve help use/documents"},
	{"xlsx", "varve help use/documents"},
};
/* clang-format on */

/* The number of words of a command, if it is one of varve's. */
static size_t count_words(const char *does)
{
	size_t count = 1;

	for (const char *p = does; *p; p++) {
		count += *p == ' ';
	}
	return strncmp(does, "varve ", 6) == 0 ? count : SIZE_MAX;
}

static bool is_joint(char c)
{
	return c && strchr("-_.", c);
}

static bool is_upper(char c)
{
	return c != vv_to_lower(c);
}

/* Compares without case, whatever joins the parts: "drop_duplicates" is "dropDuplicates". */
static bool is_same_word(const char *a, const char *b)
{
	for (;; a++, b++) {
		if (is_joint(*a) && is_joint(*b)) {
			continue;
		}
		a += is_joint(*a) && is_upper(*b);
		b += is_joint(*b) && is_upper(*a);
		if (vv_to_lower(*a) != vv_to_lower(*b)) return false;
		if (!*a) return true;
	}
}

/* Verbs before a noun, and the one that the table has: "remove-row" is "delete-row". */
static const struct {
	const char *verb, *ours;
} verbs[] = {
	{"append", "add"},    {"change", "set"}, {"display", "show"}, {"drop", "delete"},
	{"dump", "to"},       {"edit", "set"},   {"export", "to"},    {"insert", "add"},
	{"list", "show"},     {"modify", "set"}, {"new", "add"},      {"read", ""},
	{"remove", "delete"}, {"save", "to"},    {"update", "set"},   {"write", "to"},
};

/* Words of pandas, dplyr, spreadsheets, csvkit, qsv, Git, DVC and SQL that mean the same as one of the table. */
static const struct {
	const char *ours, *theirs;
} synonyms[] = {
	{"add-rule", "rule rule-add rule-new rule-set"},
	{"aggregate", "agg tapply"},
	{"anti_join", "exclude"},
	{"changes", "difftool params highlight"},
	{"commit-all", "wip"},
	{"contributors", "authors"},
	{"dedup", "extdedup dedupe-rows"},
	{"delete-duplicates", "removeduplicates"},
	{"describe", "analyze databases dim len memory_usage ncol nrow stat str wc"},
	{"distinct", "levels"},
	{"dropna", "complete_cases na_omit notna notnull"},
	{"edit", "at iat"},
	{"fillna", "fill fill-down fill-empty"},
	{"head", "slice_head"},
	{"group-by", "groupby"},
	{"go-back", "back-to jump-to restore-to return-to revert-to rewind roll-back"},
	{"discard", "forget throw-away revert-changes reset-changes"},
	{"history", "trackchanges track-changes revisions"},
	{"hook", "hook-install install-hook install-hooks pre-commit precommit"},
	{"import-url", "get-url"},
	{"join", "joinp"},
	{"list", "list-url ls-url"},
	{"lookup", "hlookup index match vlookup xlookup"},
	{"mutate", "assign calc calculate compute eval put transform with_columns"},
	{"nlargest", "slice_max top_n large"},
	{"nsmallest", "slice_min small"},
	{"permissions", "grant"},
	{"pivot", "pivotp"},
	{"print", "to_string"},
	{"prune", "vacuum maintenance"},
	{"pull-request", "request-pull pr"},
	{"read", "values"},
	{"order-by", "orderby"},
	{"replace", "findreplace find-replace"},
	{"root", "getwd pwd"},
	{"sample", "slice_sample sample_n sample_frac decimate"},
	{"search", "searchset goto"},
	{"shift", "lag"},
	{"stats", "moarstats pragmastat"},
	{"std", "sd stdev stddev"},
	{"sum", "autosum"},
	{"tail", "slice_tail"},
	{"to-json", "to_dict"},
	{"types", "desc"},
	{"variance", "var"},
	{"value_counts", "tally prop_table histogram"},
	{"where", "autofilter subset mask"},
};

/* Returns the table's spelling of a word; NULL: it has none. */
static const char *find_spelling(const char *word)
{
	const bool option = strchr(word, ' ') != NULL; /* -c is not -C */

	vv_array_each(words, sizeof(words) / sizeof(words[0]), it) {
		if (option ? strcmp(it->word, word) == 0 : is_same_word(it->word, word)) {
			return it->word;
		}
	}
	return NULL;
}

/* Is the word one of these, which are separated by blanks? */
static bool is_synonym(const char *list, const char *word)
{
	for (; *list; list += strspn(list, " ")) {
		const size_t len = strcspn(list, " ");
		vv_auto(char) *one = vv_strndup(list, len);

		if (one && is_same_word(one, word)) return true;
		list += len;
	}
	return false;
}

/* Returns the table's word for one that was typed, perhaps with another verb, and in the plural; NULL: none. */
static const char *find_word(const char *word)
{
	const size_t verb = strcspn(word, "-_.");
	const char *found = find_spelling(word);

	vv_array_each(synonyms, sizeof(synonyms) / sizeof(synonyms[0]), it) {
		found = !found && is_synonym(it->theirs, word) ? find_spelling(it->ours) : found;
	}
	vv_array_each(verbs, sizeof(verbs) / sizeof(verbs[0]), it) {
		if (found || !word[verb] || !vv_ascii_is(word, verb, it->verb)) {
			continue;
		}
		vv_auto(char) *ours = *it->ours ? vv_asprintf("%s%s", it->ours, word + verb)
						: vv_strdup("read");

		found = find_word(ours ? ours : "");
	}
	const size_t len = strlen(word);
	if (found || len < 4 || word[len - 1] != 's') return found;
	vv_auto(char) *one = vv_strndup(word, len - 1);
	return find_word(one ? one : "");
}

/* Of several, the one that takes the fewest words. */
const char *vv_word_does(const char *word)
{
	const char *best = NULL, *ours = find_word(word);

	vv_array_each(words, ours ? sizeof(words) / sizeof(words[0]) : 0, it) {
		if (strcmp(it->word, ours) == 0 &&
		    (!best || count_words(it->does) < count_words(best))) {
			best = it->does;
		}
	}
	return best;
}

/* Must no placeholder be left in the pattern? Run with one in it, it would empty or damage the file, or it lacks a version. */
static bool overwrites_file(const char *does)
{
	return strstr(does, " && mv ") || strstr(does, " >> ") ||
	       strncmp(does, "sed -i ", 7) == 0 || strstr(does, " REV");
}

/* Appends the command, or all of the word's commands if words are missing for each. Returns the pattern. */
static const char *put_answer(vv_buf *out, const char *word, const vv_typed *t)
{
	vv_auto(vv_buf) all = VV_BUF_INIT;
	const char *first = NULL, *last = NULL, *ours = find_word(word);

	vv_array_each(words, ours ? sizeof(words) / sizeof(words[0]) : 0, it) {
		vv_auto(vv_buf) line = VV_BUF_INIT;

		if (strcmp(it->word, ours) != 0) {
			continue;
		}
		if (vv_typed_put(&line, it->does, t)) {
			vv_buf_puts(out, vv_buf_cstr(&line));
			return it->does;
		}
		if (overwrites_file(it->does)) {
			last = last ? last : it->does;
			continue;
		}
		vv_buf_printf(&all, "%s%s", first ? "' or '" : "", vv_buf_cstr(&line));
		first = first ? first : it->does;
	}
	if (!first && last) {
		vv_typed_put(&all, last, t);
		first = last;
	}
	vv_buf_puts(out, vv_buf_cstr(&all));
	return first;
}

/* "cut -x": an option that makes another command of the word; NULL: there is none. */
static char *find_with_option(const char *word, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		vv_auto(char) *both = *argv[i] == '-' ? vv_asprintf("%s %s", word, argv[i]) : NULL;

		/* -c is not -C */
		if (both && vv_array_find(words, sizeof(words) / sizeof(words[0]), it,
					  strcmp(it->word, both) == 0)) {
			return vv_take(&both);
		}
	}
	return NULL;
}

/* The typed words without those that are in an answer. */
typedef struct remaining {
	char **argv;
	int count;
} remaining;

static void read_remaining(vv_typed *out, const remaining *r, const vv_typed *t)
{
	vv_typed_read(out, r->count, r->argv);
	out->changed = t->changed;
	out->staged = t->staged;
	out->previous = t->previous;
	out->merging = t->merging;
	if (!out->file && t->file) {
		vv_typed_set_file(out, t->file);
	}
}

/* Fills the pattern, with `options` after its first command. */
static bool put_pattern(vv_buf *out, const char *does, const char *options, const vv_typed *t)
{
	static const char *const ends[] = {" | ", " && ", " > ", " >> "};
	const char *end = does + strlen(does);

	vv_array_each(ends, sizeof(ends) / sizeof(ends[0]), it) {
		const char *at = strstr(does, *it);

		end = at && at < end ? at : end;
	}
	vv_auto(char) *first = vv_strndup(does, (size_t)(end - does));
	if (!first || !vv_typed_put(out, first, t)) return false;
	vv_buf_puts(out, options);
	return vv_typed_put(out, end, t);
}

/* Fills the word's first pattern for which there are words; options that its command has are passed on. Returns it. */
static const char *put_passing(vv_buf *out, remaining *r, const vv_tool *tool, const char *word,
			       const vv_typed *t)
{
	const char *ours = find_word(word);

	vv_array_each(words, ours ? sizeof(words) / sizeof(words[0]) : 0, it) {
		vv_auto(vv_buf) line = VV_BUF_INIT;
		vv_auto(vv_buf) passed = VV_BUF_INIT;
		vv_typed without;

		if (strcmp(it->word, ours) != 0) {
			continue;
		}
		r->count = 0;
		for (int i = 0, took; i < t->argc; i += took) {
			const bool is_long = strncmp(t->argv[i], "--", 2) == 0;

			took = is_long ? vv_passed_option_put(&passed, tool, it->does, t, i) : 0;
			if (took == 0) {
				r->argv[r->count++] = t->argv[i];
				took = 1;
			}
		}
		r->argv[r->count] = NULL;
		if (passed.len == 0) {
			continue;
		}
		read_remaining(&without, r, t);
		if (put_pattern(&line, it->does, vv_buf_cstr(&passed), &without)) {
			vv_buf_puts(out, vv_buf_cstr(&line));
			return it->does;
		}
	}
	r->count = t->argc;
	memcpy(r->argv, t->argv, (size_t)t->argc * sizeof(*t->argv));
	r->argv[r->count] = NULL;
	return NULL;
}

/* Appends the options, short ones too, that the line lacks and its command has. */
static void put_lacking(vv_buf *line, remaining *r, const vv_tool *tool, const char *does,
			const vv_typed *t)
{
	int count = 0;

	if (strpbrk(does, "|>&;") || strstr(vv_buf_cstr(line), "' or '")) return;
	for (int i = 0, took; i < t->argc; i += took) {
		took = vv_typed_lacks_option(vv_buf_cstr(line), does, t, i)
			       ? vv_passed_option_put(line, tool, does, t, i)
			       : 0;
		if (took == 0) {
			r->argv[count++] = t->argv[i];
			took = 1;
		}
	}
	r->count = count;
	r->argv[count] = NULL;
}

/* Appends the typed words that are not in the line: nothing is left out without a word. `option` made the pattern. */
static void put_left_out(vv_buf *out, const char *line, const char *does, remaining *r,
			 const char *option, const vv_typed *t)
{
	int count = 0;
	vv_typed rest;

	if (strncmp(does, "varve help ", 11) == 0) return;
	for (int i = 0; i < r->count; i++) {
		if (!option || strcmp(r->argv[i], option) != 0) {
			r->argv[count++] = r->argv[i];
		}
	}
	r->count = count;
	r->argv[count] = NULL;
	read_remaining(&rest, r, t);
	vv_typed_put_left_out(out, line, does, &rest);
}

/* Copies the words but for the option, if it is a function, "--mean", which is in the pattern. Returns their number. */
static int leave_out_function(char **out, int argc, char **argv, const char *option)
{
	const bool function = option && strncmp(option, "--", 2) == 0 &&
			      vv_typed_function(option + 2);
	int count = 0;

	for (int i = 0; i < argc; i++) {
		if (!function || strcmp(argv[i], option) != 0) {
			out[count++] = argv[i];
		}
	}
	return count;
}

/* rename-column refuses a file that is changed since it was added. */
static void add_first(vv_buf *line, const char *file, const vv_string_list *changed)
{
	vv_auto(char) *text = vv_strdup(vv_buf_cstr(line));

	if (!text || !file || strncmp(text, "varve rename-column ", 20) != 0 ||
	    !vv_text_is_among(file, VV_TEXTS(changed->items), changed->count)) {
		return;
	}
	vv_buf_clear(line);
	vv_buf_puts(line, "varve add ");
	vv_text_put_word(line, file);
	vv_buf_printf(line, " && %s", text);
}

/* whole: not if words are left out. */
static bool answer_word(const vv_tool *tool, const char *word, const char *typed, int argc,
			char **argv, bool whole)
{
	static const char help[] = "varve help ";
	vv_auto(vv_buf) line = VV_BUF_INIT, previous = VV_BUF_INIT, out = VV_BUF_INIT;
	vv_auto(vv_string_list) changed = {0}, staged = {0};
	vv_typed t;

	if (!vv_word_does(word)) return false;
	vv_auto(char) *with_option = find_with_option(word, argc, argv);
	const char *key = with_option ? with_option : word;
	const char *option = with_option ? strchr(with_option, ' ') + 1 : NULL;
	vv_auto_free char **room = vv_calloc((size_t)argc + 1, sizeof(*room)),
			  **rest_of = vv_calloc((size_t)argc + 1, sizeof(*rest_of));
	if (!room || !rest_of) return false;
	argc = leave_out_function(rest_of, argc, argv, option);
	argv = rest_of;
	vv_typed_read(&t, argc, argv);
	vv_edited_read(&changed, NULL);
	vv_edited_read(&staged, "--cached");
	t.changed = &changed;
	t.staged = &staged;
	t.merging = vv_edited_merging() ? "--abort" : NULL;
	vv_typed_find_file(&t);
	if (t.file) {
		vv_edited_previous(&previous, t.file);
	}
	t.previous = previous.len > 0 ? vv_buf_cstr(&previous) : NULL;
	remaining left = {room, 0};
	const char *does = put_passing(&line, &left, tool, key, &t);
	vv_typed rest;
	if (!does) {
		does = put_answer(&line, key, &t);
	}
	read_remaining(&rest, &left, &t);
	put_lacking(&line, &left, tool, does, &rest);
	put_left_out(&out, vv_buf_cstr(&line), does, &left, option, &t);
	if (whole && out.len > 0) return false;
	const char *ending = strncmp(does, help, strlen(help)) == 0 ? "explains it" : "does it";
	add_first(&line, t.file, &changed);
	if (vv_tool_find(tool, typed)) {
		vv_note("varve %s does not take these words; '%s' %s", typed, vv_buf_cstr(&line),
			ending);
	} else {
		vv_note("varve has no '%s'; '%s' %s", typed, vv_buf_cstr(&line), ending);
	}
	vv_edited_warn(vv_buf_cstr(&line), t.file, &changed);
	if (out.len > 0) {
		vv_note("hint: that leaves out%s", vv_buf_cstr(&out));
	}
	return true;
}

bool vv_words_answer(const vv_tool *tool, const char *word, const char *typed, int argc,
		     char **argv)
{
	return answer_word(tool, word, typed, argc, argv, false);
}

bool vv_words_answer_whole(const vv_tool *tool, const char *word, const char *typed, int argc,
			   char **argv)
{
	return answer_word(tool, word, typed, argc, argv, true);
}

const char *vv_words_near(const char *word, vv_nearest *near)
{
	const char *best = NULL;

	vv_array_each(words, sizeof(words) / sizeof(words[0]), it) {
		if (strlen(it->word) > 4 && !strchr(it->word, ' ') &&
		    vv_nearest_try(near, it->word)) {
			best = it->word;
		}
	}
	return word[0] ? best : NULL;
}
