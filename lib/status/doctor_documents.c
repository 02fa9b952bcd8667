/*
 * doctor_documents: lists the installed readers of documents in one line, and each missing one in a
 * line.
 */
#include <string.h>

#include "base/text.h"
#include "lib/documents/document.h"
#include "lib/status/doctor.h"

typedef struct look {
	vv_doctor *doctor;
	vv_buf read, lack; /* kinds */
	vv_buf need;       /* the packages that they lack */
} look;

/* Of "pyarrow, pyreadstat" each word that is not there yet. */
static void put_words(vv_buf *b, const char *words)
{
	vv_auto(vv_buf) word = VV_BUF_INIT;

	for (size_t len; *words; words += len + strspn(words + len, ", ")) {
		len = strcspn(words, ",");
		vv_buf_reset(&word);
		vv_buf_put(&word, words, len);
		if (!strstr(vv_buf_cstr(b), vv_buf_cstr(&word))) {
			vv_buf_printf(b, "%s%s", b->len > 0 ? ", " : "",
				      vv_text_shows(vv_buf_cstr(&word)));
		}
	}
}

static vv_status on_kind(void *payload, const vv_reader_kind *k, vv_error *err)
{
	look *l = payload;

	if (!k->found && !k->own) {
		return vv_doctor_say(l->doctor, "documents", true, NULL, err,
				     "the reader for %s files is not installed: %s",
				     vv_text_shows(k->kind), vv_text_shows(k->missing));
	}
	put_words(k->found ? &l->read : &l->lack, k->kind);
	if (!k->found && k->missing) {
		put_words(&l->need, k->missing);
	}
	return VV_OK;
}

vv_status vv_doctor_documents(vv_doctor *d, vv_repository *r, const vv_env *env, vv_error *err)
{
	look l = {.doctor = d, .read = VV_BUF_INIT, .lack = VV_BUF_INIT, .need = VV_BUF_INIT};

	if (!vv_documents_are_read(r)) {
		return vv_doctor_say(d, "documents", false, NULL, err,
				     "document readers are disabled: varve.readers is false");
	}
	vv_status rc = vv_reader_kinds(r, env, on_kind, &l, err);
	if (rc == VV_OK && l.read.len > 0) {
		rc = vv_doctor_say(d, "documents", false, NULL, err, "can be read: %s",
				   vv_buf_cstr(&l.read));
	}
	if (rc == VV_OK && l.lack.len > 0) {
		rc = vv_doctor_say(
			d, "documents", false,
			"pip install 'varve-data[office]', or './python[office]' in a clone of varve",
			err, "cannot be read: %s%s%s", vv_buf_cstr(&l.lack),
			l.need.len > 0 ? "; missing: " : "", vv_buf_cstr(&l.need));
	}
	vv_buf_clear_all(&l.read, &l.lack, &l.need);
	return rc;
}
