/*
 * settings: the table of varve's settings, in the order in which they are listed.
 */
#include "lib/status/settings.h"

#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/hint.h"
#include "base/text.h"
#include "repo/git/config.h"

#define OF_REMOTE "remote.NAME."
#define OF_READER "varve.reader.KIND."

const vv_setting vv_settings[] = {
	{"varve.addTables", VV_SETTING_BOOL, NULL, NULL,
	 "'add' of a folder makes tables of new .csv, .tsv and .ndjson files (default: unless HEAD "
	 "has such files as text)"},
	{"varve.autoFetch", VV_SETTING_BOOL, "true", NULL,
	 "missing blocks are fetched when a command needs them"},
	{"varve.cacheSize", VV_SETTING_NUMBER, "10g", NULL,
	 "bytes of the cache for repositories that are read by URL (URL#REV:PATH); the oldest "
	 "entries are removed first"},
	{"varve.discover", VV_SETTING_WORD, "off", "lan|off",
	 "fetch and pull search the local network for the repository"},
	{"varve.erased", VV_SETTING_TEXT, NULL, NULL,
	 "a copy of the .git/varve/erased of another repository: fetch and merge refuse its entries"},
	{"varve.gcDays", VV_SETTING_NUMBER, "14", NULL,
	 "days for which gc keeps blocks that no version needs"},
	{"varve.hold", VV_SETTING_NUMBER, "0", NULL,
	 "the maximum number of bytes of sealed copies that a server stores here for others"},
	{"varve.holdFor", VV_SETTING_TEXT, NULL, NULL,
	 "an identity (DID) that may store copies here, with =BYTES to limit it; may be set "
	 "several times"},
	{"varve.holdRatio", VV_SETTING_TEXT, NULL, NULL,
	 "bytes that an identity may store here for each byte that it stores for you"},
	{"varve.holdTerm", VV_SETTING_NUMBER, "90", NULL,
	 "the minimum number of days that a copy is kept"},
	{"varve.issues", VV_SETTING_TEXT, NULL, NULL,
	 "the host's form for a new issue, where pages lead to suggest a correction: "
	 "https://HOST/OWNER/NAME/issues/new, or '-/issues/new' at GitLab"},
	{"varve.keepAlive", VV_SETTING_NUMBER, "5000", NULL,
	 "milliseconds between two progress reports of a busy server; 0: none"},
	{"varve.keepFree", VV_SETTING_NUMBER, "64m", NULL,
	 "bytes that a transfer leaves free on the disk"},
	{"varve.mirror", VV_SETTING_TEXT, NULL, NULL,
	 "a server that has repositories under their names (URL/NAME), an IPFS gateway, or a relay; "
	 "may be set several times"},
	{"varve.prePush", VV_SETTING_BOOL, "true", NULL,
	 "'git push' first sends the rows of tables"},
	{"varve.refuseExpired", VV_SETTING_BOOL, "false", NULL,
	 "clone, fetch and pull reject a repository whose newest signed head has expired"},
	{"varve.room", VV_SETTING_NUMBER, "0", NULL,
	 "the bytes that the data of tables may use here: fetch and pull get the newest versions that "
	 "fit, and remove older ones that others store; 0: no limit"},
	{"varve.serveWhatIHave", VV_SETTING_TEXT, NULL, NULL,
	 "where this repository is lent to others: HOST:PORT, or the URL of a relay"},
	{"varve.sign", VV_SETTING_BOOL, "false", NULL, "push and publish sign the newest version"},
	{"varve.signingKey", VV_SETTING_TEXT, NULL, NULL,
	 "the file of an SSH key (or its .pub, if ssh-agent has it) that signs heads"},
	{"varve.smudgeLimit", VV_SETTING_NUMBER, "256m", NULL,
	 "'git checkout' writes tables of up to this many bytes, and pointers of larger ones"},
	{"varve.s3Anonymous", VV_SETTING_BOOL, "false", NULL, "read public buckets without keys"},
	{"varve.s3RequestPayer", VV_SETTING_BOOL, "false", NULL,
	 "you pay for requests to buckets of others (requester pays)"},
	{OF_READER "command", VV_SETTING_TEXT, NULL, NULL,
	 "the program that reads documents of this kind; ignored in a repository's own settings "
	 "(docs/use/documents.md)"},
	{"varve.reader.memory", VV_SETTING_NUMBER, "1g", NULL,
	 "bytes of memory that a reader may use"},
	{"varve.reader.output", VV_SETTING_NUMBER, "16g", NULL, "bytes that a reader may write"},
	{"varve.reader.seconds", VV_SETTING_NUMBER, "120", NULL,
	 "seconds after which a reader is stopped"},
	{"varve.readers", VV_SETTING_BOOL, "true", NULL,
	 "false: run no readers, and treat documents as files of bytes; for jobs with access tokens"},
	{"varve.ssh", VV_SETTING_WORD, "auto", "auto|libssh2|external", "the ssh implementation"},
	{"varve.timeout", VV_SETTING_NUMBER, "60", NULL,
	 "seconds without data after which varve stops waiting for a peer, unless --timeout is "
	 "given"},
	{"varve.timestampAuthority", VV_SETTING_TEXT, NULL, NULL,
	 "a file with the certificates (PEM) of the time-stamp authorities that you trust"},
	{"varve.trustedHost", VV_SETTING_TEXT, NULL, NULL,
	 "SCHEME://[USER@]HOST[:PORT] that .varveconfig may send requests to; may be set several "
	 "times"},
	{OF_REMOTE "varve", VV_SETTING_TEXT, "varve", NULL,
	 "the path of varve on the remote machine"},
	{OF_REMOTE "varveKind", VV_SETTING_WORD, NULL, "git|peer|folder",
	 "the kind of this remote: a Git host without varve, a published folder, or a peer"},
	{OF_REMOTE "varveLazy", VV_SETTING_BOOL, "false", NULL,
	 "fetch gets only history from this "
	 "remote"},
	{OF_REMOTE "varveName", VV_SETTING_TEXT, NULL, NULL,
	 "the name by which the remote was found: KEY/NAME or dns:DOMAIN"},
	{OF_REMOTE "varvePushBytes", VV_SETTING_NUMBER, NULL, NULL,
	 "bytes of the largest push of blocks to this host (900m); lowered when a push is refused for its size"},
	{OF_REMOTE "varveUrl", VV_SETTING_TEXT, NULL, NULL,
	 "a further peer that keeps the blocks of a Git host; may be set several times"},
};
const size_t vv_setting_count = sizeof(vv_settings) / sizeof(vv_settings[0]);

/* "remote.a.b.varveKind" as "remote.NAME.varveKind", "varve.reader.h5.command" as "varve.reader.KIND.command", so that all
 * names are compared alike. */
static const char *with_placeholder(const char *name, vv_buf *b)
{
	const char *last = strrchr(name, '.');

	vv_buf_reset(b);
	if (vv_ascii_compare(name, "varve.reader.", 13) == 0 && last > name + 13) {
		vv_buf_printf(b, OF_READER "%s", last + 1);
		return vv_buf_cstr(b);
	}
	if (vv_ascii_compare(name, "remote.", 7) != 0 || last <= name + 7) return name;
	vv_buf_printf(b, OF_REMOTE "%s", last + 1);
	return vv_buf_cstr(b);
}

const vv_setting *vv_setting_find(const char *name)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	const char *sought = with_placeholder(name, &b);

	return vv_array_find(vv_settings, vv_setting_count, it, vv_ascii_equal(it->name, sought));
}

bool vv_setting_is_ours(const char *name)
{
	const char *last = strrchr(name, '.');

	return vv_ascii_compare(name, "varve.", 6) == 0 ||
	       (vv_ascii_compare(name, "remote.", 7) == 0 && last > name + 7 &&
		vv_ascii_compare(last + 1, "varve", 5) == 0);
}

vv_status vv_setting_must_exist(const char *name, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	const char *sought = with_placeholder(name, &b);
	const char *own = strrchr(sought, '.');

	if (vv_setting_find(name)) return VV_OK;
	(void)vv_fail(err, VV_EUSAGE, "varve has no setting '%s'", vv_text_shows(name));
	/* Only the part after the last dot, of the settings that are equal up to there. */
	const size_t prefix = own ? (size_t)(own + 1 - sought) : 0;
	vv_nearest near = vv_nearest_to(sought + prefix);
	vv_array_each(vv_settings, vv_setting_count, it) {
		const char *its = strrchr(it->name, '.') + 1;

		if ((size_t)(its - it->name) == prefix &&
		    vv_ascii_compare(it->name, sought, prefix) == 0) {
			(void)vv_nearest_try(&near, its);
		}
	}
	if (near.best) {
		vv_hint(err, "did you mean '%.*s%s'?", (int)(strrchr(name, '.') + 1 - name), name,
			near.best);
	} else {
		vv_hint_code(err, VV_HINT_CONFIG_LIST);
	}
	return VV_EUSAGE;
}

static vv_status check_word(const vv_setting *s, const char *name, const char *value, vv_error *err)
{
	vv_auto(vv_buf) expected = VV_BUF_INIT;

	if (vv_choices_have(s->choices, value)) return VV_OK;
	vv_choices_put(&expected, s->choices);
	return vv_fail(err, VV_EUSAGE, "the setting '%s' is '%s', expected %s", vv_text_shows(name),
		       vv_text_shows(value), vv_buf_cstr(&expected));
}

vv_status vv_setting_check(const char *name, const char *value, vv_error *err)
{
	const vv_setting *s = vv_setting_find(name);
	uint64_t number;
	bool yes;

	name = vv_ascii_compare(name, "varve.", 6) == 0 ? s->name : name; /* in the documented
								      * spelling */
	switch (s->kind) {
	case VV_SETTING_BOOL:
		return vv_config_read_bool(name, value, &yes, err);
	case VV_SETTING_NUMBER:
		return vv_config_read_u64(name, value, &number, err);
	case VV_SETTING_WORD:
		return check_word(s, name, value, err);
	default:
		return VV_OK;
	}
}
