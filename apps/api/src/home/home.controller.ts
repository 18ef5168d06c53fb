import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { HOME_PAGE, HOME_POLICY } from './home-page.js';

/** The page at the root. */
@ApiExcludeController()
@Controller()
export class HomeController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', HOME_POLICY)
  show(): string {
    return HOME_PAGE;
  }
}
