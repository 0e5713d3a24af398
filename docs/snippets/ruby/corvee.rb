require 'json'
require 'net/http'

# In the layout:     <script src="https://captcha.example.org/api.js" async defer></script>
# In the form:       <div class="corvee" data-sitekey="YOUR-SITE-KEY"></div>
# In the controller: before_action(only: :create) { head :forbidden unless Corvee.human?(params) }
# The token stands beside the form's own fields: params["corvee-response"], params["comment"]["body"].
module Corvee
  COLLECTOR = ENV.fetch('CORVEE_COLLECTOR', 'https://captcha.example.org')
  SECRET = ENV.fetch('CORVEE_SECRET', 'YOUR-SECRET')

  def self.human?(params)
    uri = URI("#{COLLECTOR}/siteverify")
    request = Net::HTTP::Post.new(uri)
    request.set_form_data('secret' => SECRET, 'response' => params['corvee-response'].to_s)
    limits = { use_ssl: uri.scheme == 'https', open_timeout: 5, read_timeout: 10 }
    reply = Net::HTTP.start(uri.host, uri.port, **limits) { |http| http.request(request) }
    JSON.parse(reply.body)['success']
  end
end
