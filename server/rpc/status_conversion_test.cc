// Codes and messages as they come, long messages cut between characters, and advice when to try
// again as gRPC clients expect it.

#include "server/rpc/status_conversion.h"

#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

#include "server/knowledge_base/retry_after.h"

namespace pathkb {
namespace {

TEST(StatusConversionTest, CodesAndMessages) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  const grpc::Status status = ToGrpcStatus(absl::NotFoundError("no such fact"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no such fact");
  EXPECT_EQ(status.error_details(), "");
  std::string text = "x";
  while (text.size() < 3000) text += "\xC3\xA9";
  const std::string cut = ToGrpcStatus(absl::InternalError(text)).error_message();
  EXPECT_EQ(cut, text.substr(0, kStatusMessageBytesMax - 1) + "...");
}

TEST(StatusConversionTest, AdviceWhenToTryAgainIsRetryInfo) {
  const grpc::Status status = ToGrpcStatus(
      WithRetryAfter(absl::ResourceExhaustedError("no room"), absl::Milliseconds(1500)));
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), 8);
  EXPECT_EQ(details.message(), "no room");
  ASSERT_EQ(details.details_size(), 1);
  EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/google.rpc.RetryInfo");
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(details.details(0).UnpackTo(&retry));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
}

}  // namespace
}  // namespace pathkb
