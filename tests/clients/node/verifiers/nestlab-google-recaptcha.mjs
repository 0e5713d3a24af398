// @nestlab/google-recaptcha inside a Nest application: urlencoded POST; a reply with score and action would be v3's.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GoogleRecaptchaModule, GoogleRecaptchaValidator } from '@nestlab/google-recaptcha';

export const PACKAGE = '@nestlab/google-recaptcha';

const refused = (error) => ({ success: false, errors: [error] });

export const EXPECTED = {
  success: { success: true, errors: [], hostname: '127.0.0.1' },
  duplicate: refused('timeout-or-duplicate'),
  'wrong token': refused('invalid-input-response'),
  'missing response': refused('missing-input-response'),
  'wrong secret': refused('invalid-input-secret'),
};

export async function verifier(site) {
  const recaptcha = GoogleRecaptchaModule.forRoot({
    secretKey: site.secret,
    response: (request) => request.body.recaptcha,
    network: `${site.collector}/recaptcha/api/siteverify`,
  });
  class Site {}
  Module({ imports: [recaptcha] })(Site);
  const application = await NestFactory.createApplicationContext(Site, { logger: false });
  const validator = application.get(GoogleRecaptchaValidator);
  return async (token) => {
    const { success, errors, hostname } = await validator.validate({ response: token });
    return hostname === undefined ? { success, errors } : { success, errors, hostname };
  };
}
