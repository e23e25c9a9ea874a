"""Platform applications, their endpoints, SMS settings, opt-out and the sandbox."""

import re

import pytest

from support.clients import make_sns_client
from support.expect import refused
from support.recorder import Recorder
from support.server import Server
from support.topics import eventually, pages


@pytest.fixture
def application(sns, new_name):
    return sns.create_platform_application(
        Name=new_name("app"), Platform="GCM", Attributes={"PlatformCredential": "key"})["PlatformApplicationArn"]


def make_endpoint(sns, application, token="token", **options):
    return sns.create_platform_endpoint(
        PlatformApplicationArn=application, Token=token, **options)["EndpointArn"]


# -- Applications

def test_an_application_lives(sns, new_name):
    name = new_name("app")
    arn = sns.create_platform_application(
        Name=name, Platform="APNS", Attributes={"PlatformCredential": "c", "PlatformPrincipal": "p"}
    )["PlatformApplicationArn"]
    assert arn == f"arn:aws:sns:us-east-1:000000000000:app/APNS/{name}"
    sns.set_platform_application_attributes(
        PlatformApplicationArn=arn, Attributes={"SuccessFeedbackSampleRate": "10"})
    attributes = sns.get_platform_application_attributes(PlatformApplicationArn=arn)["Attributes"]
    assert attributes["Enabled"] == "true" and attributes["SuccessFeedbackSampleRate"] == "10"
    assert "PlatformCredential" not in attributes
    assert arn in [a["PlatformApplicationArn"] for page in pages(
        sns.list_platform_applications, "PlatformApplications") for a in page]
    sns.delete_platform_application(PlatformApplicationArn=arn)
    with refused("NotFound", status=404):
        sns.get_platform_application_attributes(PlatformApplicationArn=arn)


@pytest.mark.parametrize("arguments", [
    {"Name": "app", "Platform": "PIGEON", "Attributes": {"PlatformCredential": "c"}},
    {"Name": "a b", "Platform": "GCM", "Attributes": {"PlatformCredential": "c"}},
    {"Name": "", "Platform": "GCM", "Attributes": {"PlatformCredential": "c"}},
])
def test_an_application_that_cannot_be(sns, arguments):
    with refused("InvalidParameter", contains="Invalid parameter"):
        sns.create_platform_application(**arguments)


# -- Endpoints

def test_an_endpoint_lives(sns, application):
    arn = make_endpoint(sns, application, "token", CustomUserData="user")
    assert re.fullmatch(re.escape(application.replace(":app/", ":endpoint/")) + r"/[0-9a-f]{8}(-[0-9a-f]{4}){3}-"
                        r"[0-9a-f]{12}", arn)
    assert sns.get_endpoint_attributes(EndpointArn=arn)["Attributes"] == {
        "Enabled": "true", "Token": "token", "CustomUserData": "user"}
    sns.set_endpoint_attributes(EndpointArn=arn, Attributes={"Enabled": "false", "CustomUserData": "other"})
    attributes = sns.get_endpoint_attributes(EndpointArn=arn)["Attributes"]
    assert attributes["Enabled"] == "false" and attributes["CustomUserData"] == "other"
    found = pages(sns.list_endpoints_by_platform_application, "Endpoints", PlatformApplicationArn=application)
    assert [e["EndpointArn"] for page in found for e in page] == [arn]
    sns.delete_endpoint(EndpointArn=arn)
    sns.delete_endpoint(EndpointArn=arn)
    with refused("NotFound", status=404):
        sns.get_endpoint_attributes(EndpointArn=arn)


def test_a_token_has_one_endpoint(sns, application):
    arn = make_endpoint(sns, application, "token", CustomUserData="user")
    assert make_endpoint(sns, application, "token", CustomUserData="user") == arn
    with refused("InvalidParameter", f"Invalid parameter: Token Reason: Endpoint {arn} already exists with the same "
                 "Token, but different attributes."):
        make_endpoint(sns, application, "token", CustomUserData="other")
    assert make_endpoint(sns, application, "another") != arn


def test_an_endpoint_of_no_application(sns, application):
    with refused("NotFound", status=404):
        make_endpoint(sns, application + "-gone")


def test_a_disabled_endpoint_takes_nothing(sns, application):
    arn = make_endpoint(sns, application)
    sns.set_endpoint_attributes(EndpointArn=arn, Attributes={"Enabled": "false"})
    with refused("EndpointDisabled"):
        sns.publish(TargetArn=arn, Message="x")
    sns.set_endpoint_attributes(EndpointArn=arn, Attributes={"Enabled": "true"})
    assert sns.publish(TargetArn=arn, Message="x")["MessageId"]


def test_a_deleted_endpoint_takes_nothing(sns, application):
    arn = make_endpoint(sns, application)
    sns.delete_endpoint(EndpointArn=arn)
    with refused("InvalidParameter", contains="Invalid parameter: TargetArn Reason: "):
        sns.publish(TargetArn=arn, Message="x")


# -- SMS

def test_settings_of_messages_are_kept(sns_clients):
    sns = sns_clients(account="777777777777")
    wanted = {"DefaultSMSType": "Transactional", "DefaultSenderID": "Apus", "MonthlySpendLimit": "1"}
    sns.set_sms_attributes(attributes=wanted)
    assert sns.get_sms_attributes()["attributes"].items() >= wanted.items()
    assert sns.get_sms_attributes(attributes=["DefaultSenderID"])["attributes"] == {"DefaultSenderID": "Apus"}
    for wrong in ({"DefaultSMSType": "Chatty"}, {"Nonsense": "x"}):
        with refused("InvalidParameter"):
            sns.set_sms_attributes(attributes=wrong)


def test_nobody_has_opted_out(sns):
    assert sns.check_if_phone_number_is_opted_out(phoneNumber="+12065550110")["isOptedOut"] is False
    assert sns.list_phone_numbers_opted_out()["phoneNumbers"] == []


@pytest.mark.parametrize("number", ["nobody", "NAA+15551234567", ""])
def test_a_phone_number_that_is_none(sns, number):
    with refused("InvalidParameter", contains="Invalid parameter: PhoneNumber"):
        sns.publish(PhoneNumber=number, Message="x")


def test_there_are_no_origination_numbers(sns):
    assert sns.list_origination_numbers()["PhoneNumbers"] == []


# -- Sandbox

def test_a_number_is_verified_in_the_sandbox(tmp_path_factory):
    recorder = Recorder()
    phones = recorder.endpoint()
    server = Server(tmp_path_factory.mktemp("sandbox"), "--sms-gateway", phones.url).start()
    try:
        sns = make_sns_client(server.url)
        assert sns.get_sms_sandbox_account_status()["IsInSandbox"] in (True, False)
        sns.create_sms_sandbox_phone_number(PhoneNumber="+12065550111", LanguageCode="en-US")
        assert sns.list_sms_sandbox_phone_numbers()["PhoneNumbers"] == [
            {"PhoneNumber": "+12065550111", "Status": "Pending"}]
        request = eventually(lambda: [r for r in phones.requests if "+12065550111" in r.text])[0]
        password = re.search(r"\d{5,8}", request.json["Message"]).group(0)
        with refused("VerificationException"):
            sns.verify_sms_sandbox_phone_number(
                PhoneNumber="+12065550111", OneTimePassword=("1" if password[0] != "1" else "2") + password[1:])
        sns.verify_sms_sandbox_phone_number(PhoneNumber="+12065550111", OneTimePassword=password)
        assert sns.list_sms_sandbox_phone_numbers()["PhoneNumbers"] == [
            {"PhoneNumber": "+12065550111", "Status": "Verified"}]
        with refused("ResourceNotFound", status=404):
            sns.delete_sms_sandbox_phone_number(PhoneNumber="+12065550112")
    finally:
        server.dispose()
        recorder.stop()
