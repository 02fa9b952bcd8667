/*
 * The XML answers of S3 stores, as the reader of lists and errors parses them.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "tests/unit/support.h"
#include "transport/places/s3_answer.h"
#include "transport/places/s3_key.h"

/* "key size[ @seconds]\n" for each entry, "/" as the size of a prefix. */
static vv_status note_entry(void *payload, const vv_listed *e, vv_error *err)
{
	vv_buf *b = payload;

	(void)err;
	if (e->size == UINT64_MAX) {
		vv_buf_printf(b, "%s /\n", e->name);
	} else {
		vv_buf_printf(b, "%s %llu", e->name, (unsigned long long)e->size);
		if (e->modified > 0) {
			vv_buf_printf(b, " @%lld", (long long)e->modified);
		}
		vv_buf_putc(b, '\n');
	}
	return VV_OK;
}

static void check_list(const char *xml, const char *entries, const char *token)
{
	vv_buf is = VV_BUF_INIT, next = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(vv_s3_list_read(xml, strlen(xml), note_entry, &is, &next, &err), &err);
	assert_string_equal(vv_buf_cstr(&is), entries);
	assert_string_equal(vv_buf_cstr(&next), token);
	vv_buf_clear(&is);
	vv_buf_clear(&next);
}

static void check_refused(const char *xml, const char *says)
{
	vv_buf is = VV_BUF_INIT, next = VV_BUF_INIT;
	vv_error err;

	assert_int_equal(vv_s3_list_read(xml, strlen(xml), note_entry, &is, &next, &err),
			 VV_ECORRUPT);
	if (!strstr(err.message, says)) {
		fail_msg("%s: %s", xml, err.message);
	}
	vv_buf_clear(&is);
	vv_buf_clear(&next);
}

#define PAGE(x) "<ListBucketResult xmlns=\"http://x/\">" x "</ListBucketResult>"

static void keys_sizes_and_prefixes_come_out(void **state)
{
	(void)state;
	check_list("<?xml version='1.0'?>\n" PAGE(""), "", "");
	check_list("\xef\xbb\xbf" PAGE("<IsTruncated>false</IsTruncated>"
				       "<NextContinuationToken>x</NextContinuationToken>"),
		   "", "");
	check_list(
		PAGE("<Prefix>p/</Prefix>\n <Contents>\n <Key>p/a</Key><ETag>\"1\"</ETag><Size>7</Size>"
		     "<Owner><ID>k</ID><Key>no</Key></Owner></Contents>"
		     "<CommonPrefixes><Prefix>p/q/</Prefix></CommonPrefixes>"),
		"p/a 7\np/q/ /\n", "");
	check_list(
		PAGE("<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;&#x2F;&#98;&lt;&gt;"
		     "&quot;&apos;</NextContinuationToken><Contents><Key>&#228;</Key><Size>0</Size>"
		     "<StorageClass/></Contents>"),
		"\xc3\xa4 0\n", "a&/b<>\"'");
	check_list(
		"<s3:ListBucketResult xmlns:s3='x'><s3:Contents><s3:Key>a</s3:Key><s3:Size>1</s3:Size>"
		"</s3:Contents></s3:ListBucketResult>",
		"a 1\n", "");
	check_list(
		PAGE("<Contents><Key>a</Key><LastModified>1970-01-02T00:00:01.000Z</LastModified>"
		     "<Size>1</Size></Contents><Contents><Key>b</Key><Size>2</Size></Contents>"),
		"a 1 @86401\nb 2\n", "");
}

static vv_status note_old(void *payload, const vv_old_object *o, vv_error *err)
{
	(void)err;
	vv_buf_printf(payload, "%s %s %llu\n", o->name, o->version, (unsigned long long)o->size);
	return VV_OK;
}

/* Returns the status; `is` has the versions and the markers of the next page. */
static vv_status read_versions(vv_buf *is, const char *xml, vv_error *err)
{
	vv_buf key = VV_BUF_INIT, version = VV_BUF_INIT;
	const vv_status rc = vv_s3_versions_read(xml, strlen(xml), note_old, is, &key, &version,
						 err);

	vv_buf_printf(is, "%s|%s", vv_buf_cstr(&key), vv_buf_cstr(&version));
	vv_buf_clear(&key);
	vv_buf_clear(&version);
	return rc;
}

#define VERSIONS(x) "<ListVersionsResult>" x "</ListVersionsResult>"
#define VERSION(key, id, latest)                                                                   \
	"<Version><Key>" key "</Key><VersionId>" id "</VersionId><IsLatest>" latest                \
	"</IsLatest><Size>7</Size><Owner><ID>no</ID></Owner></Version>"

static void versions_that_are_not_the_latest_come_out_without_delete_markers(void **state)
{
	vv_buf is = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(
		read_versions(
			&is,
			VERSIONS("<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker>"
				 "<NextVersionIdMarker>2</NextVersionIdMarker>"
				 "<DeleteMarker><Key>a</Key><VersionId>3</VersionId>"
				 "<IsLatest>true</IsLatest></DeleteMarker>" VERSION("a", "2",
										    "false")
					 VERSION("b", "1", "true") VERSION("b", "0", "false")),
			&err),
		&err);
	assert_string_equal(vv_buf_cstr(&is), "a 2 7\nb 0 7\na|2");
	vv_buf_reset(&is);
	vv_assert_ok(read_versions(&is, VERSIONS("<NextKeyMarker>a</NextKeyMarker>"), &err), &err);
	assert_string_equal(vv_buf_cstr(&is), "|");
	vv_buf_reset(&is);
	assert_int_equal(read_versions(&is, PAGE(""), &err), VV_ECORRUPT);
	assert_int_equal(read_versions(&is, VERSIONS("<IsTruncated>true</IsTruncated>"), &err),
			 VV_ECORRUPT);
	assert_int_equal(read_versions(&is, VERSIONS("<Version><Key>a</Key></Version>"), &err),
			 VV_ECORRUPT);
	vv_buf_clear(&is);
}

static void a_key_with_a_nul_is_none(void **state)
{
	(void)state;
	check_list(PAGE("<Contents><Key>a&#0;b</Key><Size>1</Size></Contents>"
			"<Contents><Key></Key><Size>1</Size></Contents>"),
		   "", "");
}

static void what_is_no_list_is_refused(void **state)
{
	(void)state;
	check_refused("", "cut short");
	check_refused("text", "it has an unexpected first element");
	check_refused("<html></html>", "it is not a list");
	check_refused("<ListBucketResult>", "cut short");
	check_refused("<ListBucketResult></List", "cut short");
	check_refused("<ListBucketResult></Other>", "an end tag without a start tag");
	check_refused(PAGE("") "x", "it continues after its end");
	check_refused(PAGE("<Contents><Key>a</Key></Contents>"), "a key without a size");
	check_refused(PAGE("<Contents><Key>a</Key><Size>-1</Size></Contents>"),
		      "a size that is not a number");
	check_refused(PAGE("<Contents><Key>a</Key><Size>18446744073709551615</Size></Contents>"),
		      "a size that is not a number");
	check_refused(PAGE("<IsTruncated>true</IsTruncated>"),
		      "its list is truncated, but has no continuation token");
	check_refused("<!DOCTYPE a [<!ENTITY b 'c'>]>" PAGE("&b;"), "an element without a name");
	check_refused(PAGE("&b;"), "an unknown entity");
	check_refused(PAGE("&#xD800;"), "an invalid character reference");
	check_refused(PAGE("&#1114112;"), "an invalid character reference");
	check_refused(PAGE("<a b></a>"), "an attribute without a value");
	check_refused(PAGE("<a b=c></a>"), "an attribute without quotes");
	check_refused(PAGE("<!-- -->"), "an element without a name");
	check_refused("<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
		      "elements are nested too deeply");
}

static void errors_say_code_message_and_region(void **state)
{
	static const char whole[] =
		"<?xml version=\"1.0\"?><Error><Code>PermanentRedirect</Code><Message>a "
		"&amp; b</Message><Region>eu-west-1</Region><X><Code>no</Code></X></Error>";
	vv_s3_error e;
	char cut[sizeof(whole)];

	(void)state;
	assert_true(vv_s3_error_read(&e, whole, sizeof(whole) - 1));
	assert_string_equal(e.code, "PermanentRedirect");
	assert_string_equal(e.message, "a & b");
	assert_string_equal(e.region, "eu-west-1");
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		memcpy(cut, whole, n);
		assert_false(vv_s3_error_read(&e, cut, n));
	}
	assert_false(vv_s3_error_read(&e, "<Error></Error>", 15));
}

static void a_time_may_have_a_fraction_and_a_zone(void **state)
{
	static const char *const same[] = {
		"2026-11-22T18:00:00Z",        "2026-11-22T18:00:00",
		"2026-11-22T18:00:00.000Z",    "2026-11-22T18:00:00+00:00",
		"2026-11-22T20:00:00+02:00",   "2026-11-22T12:30:00-05:30",
		"2026-11-22T20:00:00.25+0200", "2026-11-23T03:00:00+09"};
	static const char *const none[] = {"", "2026-11-22", "2026-13-22T18:00:00Z",
					   "1969-12-31T23:59:59Z"};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		if (vv_s3_time(same[i]) != 1795370400) {
			fail_msg("%s: %lld", same[i], (long long)vv_s3_time(same[i]));
		}
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		assert_int_equal(vv_s3_time(none[i]), 0);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(keys_sizes_and_prefixes_come_out),
	cmocka_unit_test(versions_that_are_not_the_latest_come_out_without_delete_markers),
	cmocka_unit_test(a_key_with_a_nul_is_none),
	cmocka_unit_test(what_is_no_list_is_refused),
	cmocka_unit_test(errors_say_code_message_and_region),
	cmocka_unit_test(a_time_may_have_a_fraction_and_a_zone),
};

VV_TEST_SUITE(s3_answer)
