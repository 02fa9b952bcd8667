/*
 * Signatures of requests to S3: the examples of AWS's own documentation ("Signature Calculations for the
 * Authorization Header: Transferring Payload in a Single Chunk"), and what they leave out.
 */
#include <string.h>

#include "base/buf.h"
#include "tests/unit/support.h"
#include "transport/places/s3_sign.h"

#define EMPTY                                                                                      \
	"x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HOST "https://examplebucket.s3.amazonaws.com"
#define MAY_24 1369353600 /* 2013-05-24 00:00 UTC */

static char id[] = "AKIAIOSFODNN7EXAMPLE", secret[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

static void check_signed(const http_ask *ask, char *token, const char *names, const char *signature)
{
	const vv_s3_key key = {.id = id, .secret = secret, .token = token};
	vv_buf is = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(vv_s3_sign(&is, ask, &key, "s3", "us-east-1", MAY_24, &err), &err);
	if (!strstr(vv_buf_cstr(&is), names) || !strstr(vv_buf_cstr(&is), signature)) {
		fail_msg("%s has neither %s nor %s", vv_buf_cstr(&is), names, signature);
	}
	assert_non_null(strstr(vv_buf_cstr(&is),
			       "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
			       "aws4_request, "));
	assert_null(strstr(vv_buf_cstr(&is), secret));
	vv_buf_clear(&is);
}

static void the_examples_of_aws_come_out(void **state)
{
	const char *const get[] = {"Range: bytes=0-9", EMPTY};
	const char *const put[] = {
		"Date: Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class: REDUCED_REDUNDANCY",
		"x-amz-content-sha256: 44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"};
	const char *const none[] = {EMPTY};
	const http_ask object = {
		.method = "GET", .url = HOST "/test.txt", .headers = get, .header_count = 2};
	const http_ask upload = {.method = "PUT",
				 .url = HOST "/test%24file.text",
				 .headers = put,
				 .header_count = 3};
	const http_ask lifecycle = {
		.method = "GET", .url = HOST "/?lifecycle", .headers = none, .header_count = 1};
	const http_ask list = {.method = "GET",
			       .url = HOST "/?max-keys=2&prefix=J",
			       .headers = none,
			       .header_count = 1};

	(void)state;
	check_signed(
		&object, NULL, "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,",
		"Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41\n");
	check_signed(
		&upload, NULL,
		"SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,",
		"Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd\n");
	check_signed(
		&lifecycle, NULL, "SignedHeaders=host;x-amz-content-sha256;x-amz-date,",
		"Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543\n");
	check_signed(
		&list, NULL, "SignedHeaders=host;x-amz-content-sha256;x-amz-date,",
		"Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7\n");
}

/* The signatures of these were computed from AWS's description by another program (Python's hmac). */
static void settings_of_encryption_are_part_of_the_signature(void **state)
{
	static const struct {
		const char *key, *signature;
	} cases[] = {
		{"x-amz-server-side-encryption-aws-kms-key-id: key/1",
		 "Signature=0f9b8a05e3761a57f40ddb343291980eda1ca16465b8c69345b0b385dedbd46b\n"},
		{"x-amz-server-side-encryption-aws-kms-key-id: key/2",
		 "Signature=5284999a35972554d4ef680e56f4d339b7d71f7bbb2e0a535e8de6f13adc2aef\n"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const put[] = {EMPTY, "Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==",
					   "x-amz-server-side-encryption: aws:kms", cases[i].key,
					   "x-amz-request-payer: requester"};
		const http_ask ask = {.method = "PUT",
				      .url = HOST "/sales/format",
				      .headers = put,
				      .header_count = 5};
		check_signed(&ask, NULL,
			     "SignedHeaders=content-md5;host;x-amz-content-sha256;x-amz-date;"
			     "x-amz-request-payer;x-amz-server-side-encryption;"
			     "x-amz-server-side-encryption-aws-kms-key-id,",
			     cases[i].signature);
	}
}

static void hosts_are_signed_as_they_are_sent(void **state)
{
	static const struct {
		const char *url, *line;
	} cases[] = {{"https://host:443/b/k", "Host: host\n"},
		     {"http://host:80/b/k", "Host: host\n"},
		     {"http://host:443/b/k", "Host: host:443\n"},
		     {"https://[::1]:9000/b/k", "Host: [::1]:9000\n"},
		     {"http://host/?list-type=2", "Host: host\n"},
		     {"http://host", "Host: host\n"}};
	const char *const none[] = {EMPTY};
	char token[] = "token/1==";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const http_ask ask = {
			.method = "GET", .url = cases[i].url, .headers = none, .header_count = 1};
		check_signed(
			&ask, token,
			"SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,",
			cases[i].line);
	}
}

static void a_request_without_a_digest_is_not_signed(void **state)
{
	const vv_s3_key key = {.id = id, .secret = secret};
	const http_ask ask = {.method = "GET", .url = HOST "/"};
	vv_buf is = VV_BUF_INIT;
	vv_error err;

	(void)state;
	assert_int_equal(vv_s3_sign(&is, &ask, &key, "s3", "us-east-1", MAY_24, &err), VV_EINPUT);
	vv_buf_clear(&is);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_examples_of_aws_come_out),
	cmocka_unit_test(settings_of_encryption_are_part_of_the_signature),
	cmocka_unit_test(hosts_are_signed_as_they_are_sent),
	cmocka_unit_test(a_request_without_a_digest_is_not_signed),
};

VV_TEST_SUITE(s3_sign)
